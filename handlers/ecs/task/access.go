package task

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	cluster := awsapi.On(kit.ClusterTemplate)
	return awsapi.Rows{
		"SubmitAttachmentStateChanges": cluster,
		"SubmitContainerStateChange":   cluster,
		"SubmitTaskStateChange":        cluster,
		"DescribeTasks":                inCluster(awsapi.On("task/{Cluster|default}/{Tasks}")),
		"ExecuteCommand":               a.execAccess(),
		"ListTasks":                    inCluster(awsapi.On("container-instance/{Cluster|default}/{ContainerInstance}")),
		"RunTask": launches(awsapi.Asks(func(call awsapi.Call, in *sdk.RunTaskInput) []awsapi.Access { return a.runAccess(call, in, "RunTask") })).
			May("ecs:capacity-provider"),
		"StartTask":            launches(awsapi.Asks(a.startAccess)).May("ecs:container-instances"),
		"UpdateTaskProtection": inCluster(awsapi.On("task/{Cluster|default}/{Tasks}")),
		"GetTaskProtection":    inCluster(awsapi.On("task/{Cluster|default}/{Tasks}")),
		"StopTask":             inCluster(awsapi.On("task/{Cluster|default}/{Task}")),
	}
}

func inCluster(r awsapi.Row) awsapi.Row { return r.Key("ecs:cluster", kit.ClusterTemplate) }

// launches says what RunTask and StartTask may ask.
func launches(r awsapi.Row) awsapi.Row {
	return r.Shows("on task-definition/{TaskDefinition}", kit.TagAction+" on task/{Cluster|default}/*, with tags",
		"iam:PassRole on the roles of the overrides, of the task definition and of volumes").
		May("aws:RequestTag/${TagKey}", "aws:TagKeys", "ecs:CreateAction", "ecs:cluster", "ecs:enable-ebs-volumes", "ecs:enable-execute-command", "iam:PassedToService")
}

// runAccess is what RunTask asks, and StartTask in its words: the task definition with its revision and, if the tasks get
// tags in any way, the tasks to come, whose ids are not known yet (AC71).
func (a *API) runAccess(call awsapi.Call, in *sdk.RunTaskInput, operation string) []awsapi.Access {
	resource, definition := a.NamedDefinition(call, aws.ToString(in.TaskDefinition))
	cluster := kit.ClusterOf(call, in.Cluster)
	keys := awsapi.Keys{"ecs:cluster": policy.Is(cluster)}
	kit.SetTrue(keys, "ecs:enable-execute-command", in.EnableExecuteCommand)
	kit.SetTrue(keys, "ecs:enable-ebs-volumes", slices.ContainsFunc(in.VolumeConfigurations, func(v types.TaskVolumeConfiguration) bool {
		return v.ManagedEBSVolume != nil
	}))
	tagged := awsapi.TagKeys(keys, in.Tags, func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
	if operation == "RunTask" {
		a.SetProviders(keys, call, in.Cluster, in.LaunchType, in.CapacityProviderStrategy)
	}
	wants := []awsapi.Access{{Action: "ecs:" + operation, Resource: resource, Keys: keys}}
	if tagged || in.EnableECSManagedTags || handsDown(in.PropagateTags, definition) {
		wants = append(wants, a.tagAccess(call, cluster, operation, keys)...)
	}
	return append(wants, passAccess(in, definition)...)
}

// passAccess asks for the roles that a request hands over: to its tasks the roles of the overrides or of the task definition, to ECS
// those in which it makes volumes (AC72). The row asks, not the method, as a request that is denied changes nothing: it makes no
// default cluster and counts for no rate. A repeated request asks the same again. Source: ECS developer guide, EventBridge IAM
// role, for RunTask; that StartTask asks as RunTask does is an assumption.
func passAccess(in *sdk.RunTaskInput, definition *taskdefinition.TaskDefinition) []awsapi.Access {
	if definition == nil { // the request is refused, and so is one whose roles are none
		return nil
	}
	role, execution, err := taskdef.Roles(definition.Definition(), in.Overrides)
	if err != nil {
		return nil
	}
	wants := kit.Passes(iam.ECSTasks, &role, &execution)
	for _, v := range in.VolumeConfigurations {
		if v.ManagedEBSVolume != nil {
			wants = append(wants, kit.Passes(iam.ECS, v.ManagedEBSVolume.RoleArn)...)
		}
	}
	return wants
}

// handsDown reports whether tasks get tags of their definition.
func handsDown(propagate types.PropagateTags, definition *taskdefinition.TaskDefinition) bool {
	return propagate == types.PropagateTagsTaskDefinition && definition != nil && len(definition.Tags) > 0
}

// tagAccess asks for the tags of tasks in a cluster, if the account asks for tags.
func (a *API) tagAccess(call awsapi.Call, cluster, operation string, keys awsapi.Keys) []awsapi.Access {
	if !a.AsksForTags(call) {
		return nil
	}
	keys = maps.Clone(keys)
	keys["ecs:createaction"] = policy.Is(operation)
	return []awsapi.Access{{Action: kit.TagAction, Resource: arn.ScopeOf(cluster).Tasks(arn.Name(cluster)) + "*", Keys: keys}}
}

// startAccess asks for each container instance, as the key has one value.
func (a *API) startAccess(call awsapi.Call, in *sdk.StartTaskInput) (wants []awsapi.Access) {
	asked := a.runAccess(call, startTaskAsRun(in), "StartTask")
	start, tags := asked[0], asked[1:]
	cluster := arn.Name(kit.ClusterOf(call, in.Cluster))
	for _, ref := range in.ContainerInstances {
		one := start
		one.Keys = maps.Clone(start.Keys)
		one.Keys["ecs:container-instances"] = policy.Is(instanceARN(call.Scope(), cluster, ref))
		wants = append(wants, one)
	}
	if wants == nil {
		wants = asked[:1]
	}
	return append(wants, tags...)
}

// instanceARN is the ARN of a container instance by its id, its ARN or its short ARN.
func instanceARN(scope arn.Scope, cluster, ref string) string {
	if parsed, ok := arn.Parse(ref); arn.Is(ref) && (!ok || len(parsed.Resource) != 1) {
		return ref
	}
	return scope.ContainerInstance(cluster, arn.Name(ref))
}

// execAccess asks for the task and for its cluster. A request that names no container means the only one of the task: ECS
// sets it.
func (a *API) execAccess() awsapi.Row {
	row := inCluster(awsapi.On("task/{Cluster|default}/{Task}", kit.ClusterTemplate)).
		Key("ecs:container-name", "{Container}").Key("ecs:task", "task/{Cluster|default}/{Task}")
	return awsapi.With(row, func(call awsapi.Call, in *sdk.ExecuteCommandInput, wants []awsapi.Access) []awsapi.Access {
		if aws.ToString(in.Container) != "" {
			return wants
		}
		if t := state.FindTask(a.Store.Read(), wants[0].Resource); t != nil && arn.ScopeOf(t.ARN) == call.Scope() {
			if own := t.OwnContainers(); len(own) == 1 {
				kit.SetKey(wants[0].Keys, "ecs:container-name", own[0].Name)
			}
		}
		return wants
	})
}
