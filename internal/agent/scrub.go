package agent

// leftOut stands for the engine's words where it is not known which values they may have.
const leftOut = "what the engine says is left out, as it may have a value that the task refers to"
