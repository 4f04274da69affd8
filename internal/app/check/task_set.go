package check

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

const createTaskSet = "CreateTaskSet"

// ofTaskSets are members of CreateTaskSet that tell it from an UpdateService.
var ofTaskSets = []string{"scale", "externalId"}

// makesTaskSet reports whether a value without an operation is the input of CreateTaskSet.
func (n *node) makesTaskSet() bool {
	return n.member("service") != nil && n.member("taskSet") == nil && slices.ContainsFunc(ofTaskSets, func(member string) bool { return n.member(member) != nil })
}

// ofPrimarySet are what an EXTERNAL service shows of its PRIMARY task set, and CreateService refuses (ECS0331, ECS0330).
var ofPrimarySet = []string{"taskDefinition", "networkConfiguration", "loadBalancers", "serviceRegistries", "platformVersion", "capacityProviderStrategy"}

// withoutPrimarySet removes from what describes an EXTERNAL service what is of its PRIMARY task set.
func (n *node) withoutPrimarySet() {
	if n.member("deploymentController").string("type") != string(types.DeploymentControllerTypeExternal) {
		return
	}
	for _, member := range ofPrimarySet {
		n.remove(member)
	}
}

// withServiceOf adds to what a CreateTaskSet finds the service that the files make, else one that takes task sets.
func (c *checker) withServiceOf(r *request, w world) world {
	made := c.madeService(r)
	if made == nil {
		w.earlier = append(w.earlier, call{"CreateService", wire.Marshal(&sdk.CreateServiceInput{
			Cluster: aws.String(cmp.Or(w.cluster, "default")), ServiceName: aws.String(arn.Name(r.input.string("service"))), DesiredCount: aws.Int32(1),
			DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeExternal},
		})})
		return w
	}
	first := made.worldWithDefinition(made.started(nil), w.strategy, nil)
	w.earlier = slices.Concat(first.earlier, []call{{"CreateService", made.input.appendJSON(nil, nil)}}, w.earlier)
	w.providers, w.resources = union(first.providers, w.providers), allOf(first.resources, w.resources)
	return w
}
