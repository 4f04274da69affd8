package codedeploy

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Revisions are the revisions of applications, by the digests of their locations.
var Revisions = store.NewScoped("codedeploy-revision", revisionKey, func(r *Revision) string {
	return revisionKey(In{r.Scope, r.Application}, r.Digest)
})

// Revision is where an application has an AppSpec file, or is one. Handlers write it.
type Revision struct {
	Scope                                 arn.Scope
	Application                           string
	Digest                                string // of Location
	Location                              types.RevisionLocation
	Description                           string
	RegisteredAt, FirstUsedAt, LastUsedAt time.Time // the zero time: not yet
}

func revisionKey(in In, digest string) string {
	return prefix(in.Scope) + "revision:" + in.Application + "/" + digest
}
