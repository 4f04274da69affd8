package delivery

// Outcome is what has become of a call of a target.
type Outcome struct {
	Result Result
	// Code and Message say why it has failed, as the attributes ERROR_CODE and ERROR_MESSAGE of a dead letter have it.
	Code, Message string
}

// Result says what is to be done after a call.
type Result string

// What is to be done after a call.
const (
	Sent  Result = "sent"  // nothing more
	Retry Result = "retry" // call again later, as far as the target's retry policy allows it
	Final Result = "final" // call no more: a dead letter
)
