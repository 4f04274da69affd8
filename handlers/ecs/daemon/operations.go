// Package daemon answers the ECS operations about managed daemons and their task definitions. Their controller deploys them.
package daemon

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

type API struct {
	kit.Base
	launches   launch.Rules
	inRegistry func(image string) bool
}

// New makes the operations. inRegistry reports whether an image has a name at the emulator's own registry; nil: none has.
func New(b kit.Base, launches launch.Rules, inRegistry func(image string) bool) *API {
	return &API{Base: b, launches: launches, inRegistry: inRegistry}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateDaemon", "a daemon, ACTIVE at once, and its first deployment; capacity providers of managed instances alone", a.CreateDaemon),
		awsapi.Works("DeleteDaemon", "a deployment that replaces instances by ones without the daemon", a.DeleteDaemon),
		awsapi.Works("DeleteDaemonTaskDefinition", "daemons that use it go on; it is DELETED a few seconds after the last of them", a.DeleteDaemonTaskDefinition),
		awsapi.Works("DescribeDaemon", "with what its revisions have on each capacity provider", a.DescribeDaemon),
		awsapi.Works("DescribeDaemonDeployments", "up to 20; counts of one that has ended stay as they were then", a.DescribeDaemonDeployments),
		awsapi.Works("DescribeDaemonRevisions", "up to 20; digests of images once a task of the revision has run", a.DescribeDaemonRevisions),
		awsapi.Works("DescribeDaemonTaskDefinition", "by family, revision or ARN", a.DescribeDaemonTaskDefinition),
		awsapi.Works("ListDaemonDeployments", "the newest first, by status and time, in pages", a.ListDaemonDeployments),
		awsapi.Works("ListDaemonTaskDefinitions", "by family and status, in either order, in pages", a.ListDaemonTaskDefinitions),
		awsapi.Works("ListDaemons", "of a cluster, by capacity providers, in pages", a.ListDaemons),
		awsapi.Works("RegisterDaemonTaskDefinition", "with the checks and defaults of task definitions; what these have beside is refused by name", a.RegisterDaemonTaskDefinition),
		awsapi.Works("UpdateDaemon", "a new revision and its deployment, which takes the place of one that is under way", a.UpdateDaemon),
	}
}
