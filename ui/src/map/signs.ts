// The signs of pressing cases as images: a diamond for urgent (with its rank when it is one of the three), a disk with
// a clock hand for overdue. Drawn from tokens, so that the map and the lists show the same.
import { fontFamily, ink, scaled } from "@/kit/ink";

const SHARP = 2;

interface Sign {
  name: string;
  image: ImageData;
}

export function drawSigns(): Sign[] {
  const made: Sign[] = [
    { name: "urgent", image: draw(scaled(16), diamond("--urgent", "")) },
    { name: "watched", image: draw(scaled(9), hollow()) },
    { name: "late", image: draw(scaled(12), disk()) },
    { name: "waits", image: draw(scaled(11), ring()) },
  ];
  for (const rank of ["1", "2", "3"]) {
    made.push({ name: `urgent-${rank}`, image: draw(scaled(26), diamond("--urgent", rank)) });
    made.push({ name: `watched-${rank}`, image: draw(scaled(26), diamond("--text-1", rank)) });
    made.push({ name: `late-${rank}`, image: draw(scaled(22), ranked("--late", rank)) });
    made.push({ name: `waits-${rank}`, image: draw(scaled(22), ranked("--text-1", rank)) });
  }
  return made;
}

type Paint = (pen: CanvasRenderingContext2D, size: number) => void;

function draw(size: number, paint: Paint): ImageData {
  const canvas = document.createElement("canvas");
  const side = Math.ceil(size * SHARP);
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  if (!pen) return new ImageData(1, 1);
  paint(pen, side);
  return pen.getImageData(0, 0, side, side);
}

function diamond(token: string, rank: string): Paint {
  return (pen, size) => {
    const edge = size * 0.09;
    pen.beginPath();
    pen.moveTo(size / 2, edge);
    pen.lineTo(size - edge, size / 2);
    pen.lineTo(size / 2, size - edge);
    pen.lineTo(edge, size / 2);
    pen.closePath();
    outlineAndFill(pen, token, size);
    if (rank) figure(pen, rank, size);
  };
}

function disk(): Paint {
  return (pen, size) => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size * 0.42, 0, 7);
    outlineAndFill(pen, "--late", size);
    pen.beginPath();
    pen.moveTo(size / 2, size * 0.26);
    pen.lineTo(size / 2, size * 0.52);
    pen.lineTo(size * 0.68, size * 0.63);
    pen.strokeStyle = ink("--ground-0");
    pen.lineWidth = size * 0.1;
    pen.stroke();
  };
}

function hollow(): Paint {
  return (pen, size) => {
    const edge = size * 0.16;
    pen.beginPath();
    pen.moveTo(size / 2, edge);
    pen.lineTo(size - edge, size / 2);
    pen.lineTo(size / 2, size - edge);
    pen.lineTo(edge, size / 2);
    pen.closePath();
    pen.fillStyle = ink("--map-ground");
    pen.fill();
    pen.strokeStyle = ink("--urgent");
    pen.lineWidth = size * 0.13;
    pen.stroke();
  };
}

function ring(): Paint {
  return (pen, size) => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size * 0.34, 0, 7);
    pen.fillStyle = ink("--map-ground");
    pen.fill();
    pen.strokeStyle = ink("--text-1");
    pen.lineWidth = size * 0.16;
    pen.stroke();
  };
}

function ranked(token: string, rank: string): Paint {
  return (pen, size) => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size * 0.43, 0, 7);
    outlineAndFill(pen, token, size);
    figure(pen, rank, size);
  };
}

function outlineAndFill(pen: CanvasRenderingContext2D, token: string, size: number): void {
  pen.fillStyle = ink(token);
  pen.strokeStyle = ink("--map-ground");
  pen.lineWidth = size * 0.08;
  pen.fill();
  pen.stroke();
}

function figure(pen: CanvasRenderingContext2D, text: string, size: number): void {
  pen.fillStyle = ink("--ground-0");
  pen.font = `700 ${size * 0.46}px ${fontFamily()}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, size / 2, size * 0.53);
}
