// Package service answers the ECS operations about services, their deployments and revisions.
package service

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

// API answers these operations.
type API struct {
	kit.Base
	launches launch.Rules
}

func New(b kit.Base, launches launch.Rules) *API {
	return &API{Base: b, launches: launches}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("ContinueServiceDeployment", "decides a PAUSE hook that waits: CONTINUE or ROLLBACK", a.ContinueServiceDeployment),
		awsapi.Partial("CreateService", "deployments by the strategies ROLLING, BLUE_GREEN, CANARY and LINEAR, REPLICA on Fargate and on container instances, DAEMON on container instances; its members are below; tasks wait for capacity providers with managed scaling as tasks of RunTask do; a service whose tasks keep exiting restarts them every five seconds after ten failures in a row", a.CreateService),
		awsapi.Works("DeleteService", "stops all tasks, with force or from a desired count of 0; DRAINING, then INACTIVE for an hour", a.DeleteService),
		awsapi.Works("DescribeServices", "in any status, with the service deployment under way; tags where asked for", a.DescribeServices),
		awsapi.Works("ListServices", "ACTIVE services by launch type, scheduling strategy and resource management type, in pages", a.ListServices),
		awsapi.Works("ListServicesByNamespace", "ACTIVE services of all clusters whose Service Connect has the namespace, in pages", a.ListServicesByNamespace),
		awsapi.Partial("UpdateService", "as CreateService", a.UpdateService),
		awsapi.Works("DescribeServiceDeployments", "with stages, hooks, weights of traffic and alarms; for 90 days after the service has replaced them", a.DescribeServiceDeployments),
		awsapi.Works("DescribeServiceRevisions", "revisions of a service for 90 days after it has replaced them", a.DescribeServiceRevisions),
		awsapi.Works("ListServiceDeployments", "by status and time, newest first, in pages; for 90 days after the service has replaced them", a.ListServiceDeployments),
		awsapi.Works("StopServiceDeployment", "ROLLBACK deploys the last completed revision, ABORT leaves the service as it stands", a.StopServiceDeployment),
	}
}
