// A receipt as the server makes them, over eleven invented entries; its key signs nothing else.
export const VERIFIER = "northbank/test/simulated+4fedfb3e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
export const CODE = "7.uH9Rcjx2oZN0Ar8l4p9PiiJ9sOWIJUnVeV73DG5vsHs";
export const RECEIPT = {
  "format": "northbank-receipt-1",
  "number": "QT-07",
  "position": 7,
  "entry": "[\"01a20363-c4af-75d8-b760-000000000007\",\"case:x\",1,\"case.reported\",1,\"2026-05-04T04:00:00Z\",\"desk\",null,\"p\",null]\n{\"fact\":\"reported\",\"number\":\"QT-07\",\"type\":\"路灯\"}",
  "proof": [
    "ZEYBO+sF25y+lCIuZErZH2w7yLXdnLgf2wLVf/TE+2o=",
    "z+p/BUl6mzru2qCO7tjhpbmND1/yJQmx8Q7AhiiUSTQ=",
    "6ypsDKTIzQiyXNMlI0Pb0b3xCTUi+tgkUmlrLHSWNUs=",
    "zoVxfOVY9mOO2aAD8pAFKcB4l/C2/bMVRsEmX4Ts6po="
  ],
  "checkpoint": "northbank/test/simulated\n11\nCndFK9B/FFN2Iq/8hbDT98rTR1J1JhLlhRcObvevzyU=\ntime 2026-05-04T04:01:00Z\n\n— northbank/test/simulated T+37PgMwnxaTz8H5HgCNf1BUwN2spOta4SupGzjRG2/d7dPbVrm9sQydBrlBmTrQz+qjMdL+E6yW6klZoGqUcH9jgwE=\n"
};
