package knot

const limit = 3
