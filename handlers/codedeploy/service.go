// Package codedeploy answers the API of AWS CodeDeploy. Deployments to Amazon ECS have their whole effect: handlers write what is
// asked of them, and their controller does it. Groups and configurations of the other platforms are kept, and deployments to them
// refused by name. Clients speak JSON 1.1 to it (CD0001); `aws ecs deploy` finds it by AWS_ENDPOINT_URL, and not by --endpoint-url
// (CD0022).
package codedeploy

import (
	"context"
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// StrictRoles refuses roles that CodeDeploy could not assume.
	StrictRoles bool
	// Runs says that a controller carries deployments out. Without one CreateDeployment is refused.
	Runs bool
	// Object reads an object of S3 for the caller of a request, the newest version if version is "". Nil: there is no S3.
	Object func(ctx context.Context, bucket, key, version string) ([]byte, error)
	// TaskSet tells of a task set of Amazon ECS by its ARN; nil if it is gone. Nil: there are none.
	TaskSet func(tx *store.Tx, taskSetARN string) *TaskSet
}

// TaskSet is what deployment targets show of a task set.
type TaskSet struct {
	Desired, Pending, Running int
	Status                    string // PRIMARY, ACTIVE or DRAINING
}

// API answers from the store.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

const name = "codedeploy"

//go:embed model.json
var table []byte

// time of a change: AWS shows milliseconds.
func (a *API) time() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }
