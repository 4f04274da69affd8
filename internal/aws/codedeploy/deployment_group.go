package codedeploy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Groups are the deployment groups of applications, by their names.
var Groups = store.NewScoped("codedeploy-deployment-group", groupARN, (*DeploymentGroup).ARN)

var groupsByService = Groups.Index(func(g *DeploymentGroup) string { return g.ServiceARN })

// DeploymentGroup says where deployments go and how. Handlers write it.
type DeploymentGroup struct {
	Scope             arn.Scope
	Application, Name string
	ID                string // a group that is made again is another one
	// Info is as given: names of services and clusters stay names, and ARNs stay ARNs, as `aws ecs deploy` compares them
	// (CD0021). It has no names and ids of the group and its application, which are above.
	Info types.DeploymentGroupInfo
	// ServiceARN is the service of Amazon ECS, of which no other group deploys (CD0010); "" on other platforms.
	ServiceARN string
	Tags       []types.Tag
}

func (g *DeploymentGroup) ARN() string { return groupARN(In{g.Scope, g.Application}, g.Name) }

func groupARN(in In, name string) string {
	return prefix(in.Scope) + "deploymentgroup:" + in.Application + "/" + name
}

// GroupsOf are the deployment groups of a scope, of all applications.
func GroupsOf(tx *store.Tx, s arn.Scope) []*DeploymentGroup {
	return Groups.Table.List(tx, prefix(s)+"deploymentgroup:")
}

// GroupOf returns the deployment group that deploys to a service of Amazon ECS, or nil.
func GroupOf(tx *store.Tx, serviceARN string) *DeploymentGroup {
	for _, g := range groupsByService.List(tx, serviceARN) {
		return g
	}
	return nil
}

// ReplaceGroup writes a deployment group in the place of what it was, which may have had another name.
func ReplaceGroup(tx *store.Tx, was, now *DeploymentGroup) { replaceGroup(tx, was, now) }

func replaceGroup(tx *store.Tx, was, now *DeploymentGroup) {
	if was.ARN() != now.ARN() {
		Groups.Delete(tx, was)
		for _, d := range DeploymentsOf(tx, was.ID) {
			moved := *d
			moved.Application, moved.Group = now.Application, now.Name
			PutDeployment(tx, &moved)
		}
	}
	Groups.Put(tx, now)
}
