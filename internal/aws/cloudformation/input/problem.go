package input

import "fmt"

// Problem is a property that cannot be written into an input.
type Problem struct {
	Path   string // of the property, without places in lists: "Volumes.Host"
	Reason string
}

func (p *Problem) Error() string { return fmt.Sprintf("property %s %s", p.Path, p.Reason) }

// noPlace is of a property that the input has no member for.
func noPlace(path string) error { return &Problem{path, "has no place in the request"} }

func mismatch(path, want string) error { return &Problem{path, "is not " + want} }
