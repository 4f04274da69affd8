package awslogs

import "time"

// disorder is by how much a line may be older than one that comes before it. What is between
// is how long one of Docker's readers takes from reading its clock to writing the line.
const disorder = 5 * time.Second

// progress counts the lines of a source as they come, and what of them has been put already.
type progress struct {
	position Position
	next     Position  // that will take its place: its Since is newer
	skip     int       // lines still to come that have been put
	put      time.Time // of the newest of those
	torn     bool      // none of those has come
}

// resume is the progress of a source that is read again from a position.
func resume(from Position) progress {
	return progress{position: Position{Since: from.Since}, skip: from.Count, put: from.Last, torn: from.Count > 0}
}

// add counts a line, and reports whether it is new. What the engine has dropped meanwhile
// cannot come again: a line newer than all that have been put is new however many did not come.
func (p *progress) add(at time.Time) (isNew bool) {
	p.count(at)
	if p.skip > 0 && !at.After(p.put) {
		p.skip, p.torn = p.skip-1, false
		return false
	}
	p.skip = 0
	return true
}

// lost returns for how long lines are missing before a new line, whose time is given. The engine has dropped lines if none
// has come again of the lines that were put last: these come before the missing ones.
func (p *progress) lost(at time.Time) time.Duration {
	if !p.torn {
		return 0
	}
	p.torn = false
	return at.Sub(p.put)
}

func (p *progress) count(at time.Time) {
	if !at.Before(p.position.Since) {
		p.position.Count++
	}
	if at.After(p.position.Last) {
		p.position.Last = at
	}
	switch {
	case p.next.Since.IsZero(): // no line so far is as new as that
		p.next = Position{Since: p.position.Last.Add(1)}
		return
	case !at.Before(p.next.Since):
		p.next.Count++
	}
	if p.position.Last.Sub(p.next.Since) >= disorder {
		p.position = Position{Since: p.next.Since, Count: p.next.Count, Last: p.position.Last}
		p.next = Position{Since: p.position.Last.Add(1)}
	}
}
