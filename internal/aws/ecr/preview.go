package ecr

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Previews are the previews of lifecycle rules by the names of their repositories.
var Previews = store.NewScoped("ecr-lifecycle-preview", repositoryKey, func(p *Preview) string { return repositoryKey(p.Scope, p.Repository) })

// Preview is the last preview of lifecycle rules in a repository. The handlers of ECR's API write every field.
type Preview struct {
	Scope      arn.Scope
	Repository string
	Lifecycle  string // the policy
	Expiring   []Expiring
}

// Expiring is an image that expires by the rule of a priority.
type Expiring struct {
	Digest   string
	Tags     []string
	PushedAt time.Time
	Priority int
}
