package taskset

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// codeDeploy is in whose name the calls come that act on the task sets of services with the controller CODE_DEPLOY.
const codeDeploy = "codedeploy.amazonaws.com"

// errController has the words that CreateTaskSet has for a service with the controller ECS (ECS0332). That the other operations, and
// services with CODE_DEPLOY, have them too is a choice.
var errController = kit.InvalidParameter("Amazon ECS only supports task set management on services configured to use external deployment controllers.")

// ownService returns the ACTIVE service whose task sets the caller may manage, or ECS's error.
func ownService(ctx context.Context, c kit.InCluster, ref *string) (*state.Service, error) {
	id, err := c.ServiceARN(aws.ToString(ref))
	if err != nil {
		return nil, err
	}
	switch s := state.FindService(c.Tx, id); {
	case s == nil:
		return nil, kit.ErrServiceNotFound
	case s.Status() != state.ServiceActive:
		return nil, kit.ErrServiceNotActive
	case !manages(calledby.Service(ctx), s.DeploymentController):
		return nil, errController
	default:
		return s, nil
	}
}

// manages reports whether a service of AWS, or a client where there is none, manages the task sets of a deployment controller (ECS0333.8).
func manages(caller string, controller types.DeploymentControllerType) bool {
	switch controller {
	case types.DeploymentControllerTypeExternal:
		return caller == ""
	case types.DeploymentControllerTypeCodeDeploy:
		return caller == codeDeploy
	}
	return false
}

// errIdentifier is for what is no id of a task set and no ARN of one (ECS0332).
var errIdentifier = kit.InvalidParameter("Task Set Identifier is invalid")

// taskSetID is the id of a task set. Source: services.md A.1.
var taskSetID = lazyregexp.New(`^ecs-svc/[0-9]{1,19}$`)

// identify turns an id or an ARN of a task set into its ARN, whether it exists or not. An ARN of another cluster is refused in the
// words for services; one of another service is left as it is, so that no task set of this one is found under it.
func identify(c kit.InCluster, s *state.Service, ref string) (string, error) {
	if !arn.Is(ref) {
		if !taskSetID.MatchString(ref) {
			return "", errIdentifier
		}
		return c.Scope.TaskSet(c.Cluster.Name, s.Name, ref), nil
	}
	parsed, ok := arn.Parse(ref)
	if !ok || !c.Scope.Owns(parsed) || parsed.Type != "task-set" || len(parsed.Resource) != 4 {
		return "", errIdentifier
	}
	if cluster := parsed.Resource[0]; cluster != c.Cluster.Name {
		return "", kit.InvalidParameter("Invalid identifier: Identifier is for cluster " + cluster + ". Your cluster is " + c.Cluster.Name)
	}
	return ref, nil
}

// find returns the task set of a service that a request refers to, or ECS's error, whose words are not published.
func find(c kit.InCluster, s *state.Service, ref *string) (*taskset.TaskSet, error) {
	id, err := identify(c, s, aws.ToString(ref))
	if err != nil {
		return nil, err
	}
	set := taskset.Find(c.Tx, id)
	if set == nil || set.ServiceARN != s.ARN {
		return nil, &types.TaskSetNotFoundException{Message: aws.String("TaskSet not found.")}
	}
	return set, nil
}

// change is the bracket of an operation on one task set of a service. what changes it returns the changed copy, or the set itself
// if nothing changes; it may write the service.
func (a *API) change(ctx context.Context, cluster, service, ref *string,
	what func(c kit.InCluster, s *state.Service, set *taskset.TaskSet, now time.Time) (*state.Service, *taskset.TaskSet, error),
) (shown types.TaskSet, err error) {
	err = a.UpdateIn(ctx, cluster, func(c kit.InCluster) error {
		s, err := ownService(ctx, c, service)
		if err != nil {
			return err
		}
		old, err := find(c, s, ref)
		if err != nil {
			return err
		}
		changed, set, err := what(c, s, old, a.Now())
		if err != nil {
			return err
		}
		if set != old {
			taskset.Put(c.Tx, set)
		}
		if changed != s {
			state.PutService(c.Tx, changed)
		}
		shown = launch.ShownTaskSet(changed, set, state.FindServiceSummary(c.Tx, s.ARN))
		return nil
	})
	return shown, err
}
