package backend

// BrokenPullError is what Pull returns for a pull that may succeed when it is made again: it had begun, or nothing was heard of it.
type BrokenPullError struct {
	// Silent: the engine has ended it, as it made no progress. Begun: the engine had told of progress before.
	Silent, Begun bool
	Err           error
}

func (e *BrokenPullError) Error() string { return e.Err.Error() }

func (e *BrokenPullError) Unwrap() error { return e.Err }
