package handler

import (
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Call calls an operation as the principal of a stack. The answer goes to out unless that is nil.
type Call func(ctx context.Context, op apiclient.Operation, in, out any) error

// Type is how resources of a type are made of calls. Its functions act through a Turn, and return what went wrong as it is:
// Run decides whether that is tried again. Each may be called again after it took effect.
type Type struct {
	Name string // "AWS::ECS::Cluster"
	// Refused are properties that the emulator does not have, as "A.B", without places in lists: a resource with one fails.
	Refused []string
	// Inert are properties that are taken and change nothing here.
	Inert []string
	// Naming is how a resource gets its name. The zero value: it has none.
	Naming Naming
	// Identity is how a resource is found again whose create has lost its answer.
	Identity Identity
	// Find returns the resources that have the Turn's name or, ByTags, the tags of its stack and its logical id.
	Find func(*Turn) ([]Found, error)
	// Create makes the resource and sets the Turn's ID. It is the one call that must not take effect twice.
	Create func(*Turn) error
	// Configure makes all other calls of a create. Nil: there are none.
	Configure func(*Turn) error
	// Read sets the attributes, and says whether the resource is stable.
	Read func(*Turn) (stable bool, err error)
	// Update changes all but tags. Nil: tags are all that can be changed.
	Update func(*Turn) error
	// Proceed takes the next step of an update whose other calls are all made, of what takes its time and is told of: instances that
	// are replaced in batches. It says when to take the one after it, 0 after the last. Nil: there are none.
	Proceed func(*Turn) (again time.Duration, err error)
	Delete  func(*Turn) error
	// Gone reports whether a resource whose Delete has been answered is no more. Nil: it is.
	Gone func(*Turn) (bool, error)
	// Tagging changes tags in an update. Nil: the resource has none, or Update changes them.
	Tagging *Tagging
	// UpdatePolicy reads an UpdatePolicy, and says what is wrong in it or not built. It has no functions whose value is not known yet.
	// Nil: resources of the type have none.
	UpdatePolicy func(*document.Value) error
	// Busy reports whether a refusal will pass by itself, besides those that do in each service.
	Busy func(*Turn, *apiclient.Error) bool
	// Launches says that the resource has instances of EC2, for which Read calls the Turn's Instance.
	Launches bool
	// Judge says what has become of a resource that waits for signals by its CreationPolicy. Nil: of an instance or a wait condition.
	Judge signal.Judge
	// Waits is what a create without a CreationPolicy waits for all the same. Nil: for no signal.
	Waits func(*Turn) (*Wait, error)
	// Puts says that Create overwrites what has the name, so a custom name is looked up right before it.
	Puts bool
	// Within is how long a resource may take to get stable. 0: as defaultWithin says.
	Within time.Duration

	putting sync.Mutex // held from that look to the end of Create: two stacks may have one name
}

// Identity is how what a create has made is found again.
type Identity int

// The identities.
const (
	// ByName is of types with names: a generated one is of one incarnation alone, and with a custom one, what is there before
	// is not the stack's.
	ByName Identity = iota
	// ByToken is of creates that take the Turn's Token.
	ByToken
	// ByTags is of types with neither: what is there before is remembered, and a new one with the stack's tags is its own.
	ByTags
)

// Found is a resource that Find has found.
type Found struct {
	ID string
	// Tags are those it has. Nil: resources of this type have none.
	Tags []Tag
}

// Tagging is how the tags of a resource change.
type Tagging struct {
	Tag   func(*Turn, []Tag) error
	Untag func(*Turn, []string) error
}
