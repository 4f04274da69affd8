package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/model"
)

// TargetPrefix is the service in the X-Amz-Target header of ECS requests.
const TargetPrefix = "AmazonEC2ContainerServiceV20141113"

// Service is the ECS API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "ecs", ID: ecs.ServiceID, Title: "Amazon ECS",
		Protocol:   awsapi.JSON{TargetPrefix: TargetPrefix, Codec: model.Codec(), Refuse: model.Refuse},
		Operations: slices.Concat(a.built(), notBuiltOperations), Complete: true,
	}
}

// built is the table of what is built; the other operations of the SDK stand in
// notBuiltOperations. It is written out because reflection over the SDK's client would
// make the linker keep all of it. The tests of this package fail if one of them was not
// called with success, so nothing stands here untried.
func (a *API) built() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateCluster", "Fargate capacity providers only, associated at once; settings and configuration are stored without effect; Service Connect namespaces are not made", a.CreateCluster),
		awsapi.Works("DeleteCluster", "INACTIVE clusters are kept until the name is used again", a.DeleteCluster),
		awsapi.Works("DescribeClusters", "tasks, services and container instances are counted apart for each launch type; Fargate capacity providers have no attachments", a.DescribeClusters),
		awsapi.Works("ListClusters", "those that are not INACTIVE, in pages", a.ListClusters),
		awsapi.Partial("UpdateCluster", "settings and configuration are stored without effect; Service Connect namespaces are not made", a.UpdateCluster),
		awsapi.Partial("UpdateClusterSettings", "stored without effect", a.UpdateClusterSettings),

		awsapi.Partial("DescribeCapacityProviders", "FARGATE and FARGATE_SPOT only, which have no tags: `include` is without effect", a.DescribeCapacityProviders),
		awsapi.Partial("PutClusterCapacityProviders", "FARGATE and FARGATE_SPOT only", a.PutClusterCapacityProviders),

		awsapi.Partial("DeregisterContainerInstance", "with force, containers that an agent of the emulator runs are stopped; INACTIVE ones are kept for an hour", a.DeregisterContainerInstance),
		awsapi.Works("DescribeContainerInstances", "registered and remaining resources; tags and health where asked for", a.DescribeContainerInstances),
		awsapi.Works("ListContainerInstances", "by status and filter, in pages", a.ListContainerInstances),
		awsapi.Partial("RegisterContainerInstance", "by hand, with no agent behind it: connected from the start, and its tasks move by Submit*StateChange alone; resources CPU, MEMORY, PORTS, PORTS_UDP and GPU only; the identity document is read, not verified; tags of one that registers again are dropped", a.RegisterContainerInstance),

		awsapi.Works("UpdateContainerAgent", "from an older agent to the newest that the emulator knows, in steps on its clock", a.UpdateContainerAgent),
		awsapi.Works("UpdateContainerInstancesState", "ACTIVE and DRAINING", a.UpdateContainerInstancesState),

		awsapi.Partial("DiscoverPollEndpoint", "the emulator itself, where the websockets of container agents answer 501", a.DiscoverPollEndpoint),
		awsapi.Partial("SubmitAttachmentStateChanges", "network interfaces of tasks on container instances registered by hand", a.SubmitAttachmentStateChanges),
		awsapi.Partial("SubmitContainerStateChange", "of tasks on container instances registered by hand", a.SubmitContainerStateChange),
		awsapi.Partial("SubmitTaskStateChange", "of tasks on container instances registered by hand; `managedAgents` is refused", a.SubmitTaskStateChange),

		awsapi.Works("DeleteAttributes", "custom ones, by name, and by value where one is given", a.DeleteAttributes),
		awsapi.Works("ListAttributes", "by name and value, built-in ones included, in pages; container instances are the only targets", a.ListAttributes),
		awsapi.Works("PutAttributes", "ten custom ones for each container instance", a.PutAttributes),

		awsapi.Works("DeleteAccountSetting", "forgets a principal's own value; the default counts again", a.DeleteAccountSetting),
		awsapi.Works("ListAccountSettings", "every caller is the account's root user", a.ListAccountSettings),
		awsapi.Partial("PutAccountSetting", "stored and answered; only containerInsights has an effect: new clusters show it, and nothing is collected; long ARN formats can't be turned off", a.PutAccountSetting),
		awsapi.Partial("PutAccountSettingDefault", "as PutAccountSetting", a.PutAccountSettingDefault),

		awsapi.Partial("ListTagsForResource", "clusters, container instances, services, tasks and task definitions; no tags of a capacity provider, a daemon, a daemon task definition, a gateway or a task set", a.ListTagsForResource),
		awsapi.Partial("TagResource", "clusters, container instances, services, tasks and task definitions; no tags of a capacity provider, a daemon, a daemon task definition, a gateway or a task set", a.TagResource),
		awsapi.Partial("UntagResource", "clusters, container instances, services, tasks and task definitions; no tags of a capacity provider, a daemon, a daemon task definition, a gateway or a task set", a.UntagResource),

		awsapi.Works("DeleteTaskDefinitions", "revisions go an hour later, once no task and no service refers to them", a.DeleteTaskDefinitions),
		awsapi.Works("DeregisterTaskDefinition", "makes a revision INACTIVE; running tasks and services keep it", a.DeregisterTaskDefinition),
		awsapi.Works("DescribeTaskDefinition", "by family, revision or ARN, in any status; tags where asked for", a.DescribeTaskDefinition),
		awsapi.Works("ListTaskDefinitionFamilies", "by prefix and status, in pages", a.ListTaskDefinitionFamilies),
		awsapi.Works("ListTaskDefinitions", "by family and status, in either order, in pages", a.ListTaskDefinitions),
		awsapi.Works("RegisterTaskDefinition", "all members, with ECS's checks, defaults, compatibilities and required attributes; members that are refused below are so when the definition is used", a.RegisterTaskDefinition),

		awsapi.Works("DescribeTasks", "status, times, exit codes, reasons, addresses and health as the engine has them; tags where asked for", a.DescribeTasks),
		awsapi.Partial("ListTasks", "by all filters but `daemonName`, which is refused", a.ListTasks),
		awsapi.Partial("RunTask", "its members are below; no capacity providers of Auto Scaling groups; Spot tasks are not interrupted; what DAEMON services have yet to start reserves nothing from its tasks", a.RunTask),
		awsapi.Partial("StartTask", "its members are below; as RunTask for DAEMON services", a.StartTask),
		awsapi.Works("UpdateTaskProtection", "protected tasks survive scale-in and deployments", a.UpdateTaskProtection),
		awsapi.Works("GetTaskProtection", "", a.GetTaskProtection),
		awsapi.Works("StopTask", "SIGTERM, stopTimeout, SIGKILL, in the reverse order of dependsOn", a.StopTask),

		awsapi.Partial("CreateService", "rolling deployments, REPLICA on Fargate and on container instances, DAEMON on container instances; its members are below; no capacity providers of Auto Scaling groups; tasks are spread over zones as they start and stop, none is moved to rebalance; image tags are not pinned to digests; a service whose tasks keep exiting restarts them every five seconds after ten failures in a row", a.CreateService),
		awsapi.Works("DeleteService", "stops all tasks, with force or from a desired count of 0; DRAINING, then INACTIVE for an hour", a.DeleteService),
		awsapi.Works("DescribeServices", "in any status, with the service deployment under way; tags where asked for", a.DescribeServices),
		awsapi.Works("ListServices", "ACTIVE services by launch type, scheduling strategy and resource management type, in pages", a.ListServices),
		awsapi.Partial("ListServicesByNamespace", "no service uses a Service Connect namespace, so the list is empty", a.ListServicesByNamespace),
		awsapi.Partial("UpdateService", "as CreateService", a.UpdateService),

		awsapi.Partial("DescribeServiceDeployments", "rolling updates; no lifecycle stages, no alarms", a.DescribeServiceDeployments),
		awsapi.Works("DescribeServiceRevisions", "those of a service for 90 days after it has replaced them", a.DescribeServiceRevisions),
		awsapi.Works("ListServiceDeployments", "by status and time, newest first, in pages; for 90 days after the service has replaced them", a.ListServiceDeployments),
		awsapi.Works("StopServiceDeployment", "ROLLBACK deploys the last completed revision, ABORT leaves the service as it stands", a.StopServiceDeployment),
	}
}
