"""What each verb of the command line does with a center. Arguments are read in cli/, parts are joined in wiring/."""
