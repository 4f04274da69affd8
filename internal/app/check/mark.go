package check

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const (
	register       = "RegisterTaskDefinition"
	registerDaemon = "RegisterDaemonTaskDefinition"
	updateService  = "UpdateService"
)

// marks are members by which an operation is known where a file does not say it, in this order:
// a service is known by its task definition, as in a folder of --init.
var marks = []struct{ member, operation string }{
	{"containerDefinitions", register},
	{"autoScalingGroupProvider", "CreateCapacityProvider"},
	{"managedInstancesProvider", "CreateCapacityProvider"},
	{"daemonName", "CreateDaemon"},
	{"daemonArn", "UpdateDaemon"},
	{"clusterName", "CreateCluster"},
	{"serviceName", "CreateService"},
	{"service", updateService},
	{"containerInstances", "StartTask"},
	{"overrides", "RunTask"},
	{"count", "RunTask"},
	{"startedBy", "RunTask"},
	{"group", "RunTask"},
	{"referenceId", "RunTask"},
	{"capacityProviders", "PutClusterCapacityProviders"},
	{"infrastructureRoleArn", "CreateGateway"},
	{"gateway", "AssociateGatewayWithCluster"},
	{"taskDefinition", "CreateService"},
	{"deploymentController", "CreateService"},
	{"family", register}, // whose containers may be misspelt
}

// marked is the operation of which a value is the input by its members; empty: they do not say.
func (n *node) marked() string {
	for _, mark := range marks {
		switch {
		case n.member(mark.member) == nil:
		case mark.operation == register && n.definesDaemon():
			return registerDaemon
		default:
			return mark.operation
		}
	}
	return ""
}

// definesDaemon reports whether a definition says of itself that daemons have it. All its members are a task definition's as well, but
// only there is a namespace shared, and only DescribeDaemonTaskDefinition answers its ARN by that name. See also daemonFamilies.
func (n *node) definesDaemon() bool {
	return n.string("pidMode") == string(types.DaemonPidModeShared) || n.string("ipcMode") == string(types.DaemonIpcModeShared) || n.member("daemonTaskDefinitionArn") != nil
}

// daemonFamilies are the families of task definitions that daemons among some inputs name, and no service or task.
func daemonFamilies(inputs []*node) map[string]bool {
	families := map[string]bool{}
	for _, n := range inputs {
		families[familyOf(n.string("daemonTaskDefinitionArn"))] = true
	}
	for _, n := range inputs {
		delete(families, familyOf(n.string("taskDefinition")))
	}
	delete(families, "")
	return families
}

// familyOf is the family in a family, family:revision or ARN.
func familyOf(ref string) string {
	family, _, _ := strings.Cut(ref[strings.LastIndexByte(ref, '/')+1:], ":")
	return family
}
