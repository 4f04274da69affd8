package kit

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/accountsetting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// What rows of operations have in common (AC63, AC70).
const (
	ClusterTemplate = "cluster/{Cluster|default}"
	TagAction       = "ecs:TagResource"
)

// tagAuthorization is the account setting with which ECS asks for ecs:TagResource when something is made with tags.
const tagAuthorization = "tagResourceAuthorization"

// AsksForTags reports whether the caller's account asks for ecs:TagResource when something is made with tags (AC71): unless
// it, or its account, has turned the setting off.
func (b *Base) AsksForTags(call awsapi.Call) bool {
	tx, scope := b.Store.Read(), call.Scope()
	setting := accountsetting.Find(tx, scope, SettingOwner(call), tagAuthorization)
	if setting == nil {
		setting = accountsetting.Find(tx, scope, scope.Root(), tagAuthorization)
	}
	return setting == nil || setting.Value != "off"
}

// SettingOwner is the principal whose account settings count for a call: its user or role, and of federated users the root
// user. Source: ECS developer guide, account settings.
func SettingOwner(call awsapi.Call) string {
	if s := call.Caller.Session; s != nil && s.FederatedName != "" {
		return call.Scope().Root()
	}
	return call.Identity()
}

// WithTags is a row whose tags of the request are asked for on what is made; on is its template where the row has no resource
// of that kind.
func (b *Base) WithTags(r awsapi.Row, on ...string) awsapi.Row {
	action := TagAction
	if len(on) > 0 {
		action += " on " + on[0]
	}
	return r.Tags("Tags").Also(action).If(b.AsksForTags)
}

// SetKey sets a condition key, unless its text is empty.
func SetKey(keys awsapi.Keys, name, text string) {
	if text != "" {
		keys[name] = policy.Is(text)
	}
}

// SetTrue sets a condition key to true if it is. One that is not may be absent of the request: then it is absent (AC64).
func SetTrue(keys awsapi.Keys, name string, is bool) {
	if is {
		keys[name] = policy.Is("true")
	}
}

// ClusterOf is the ARN of the cluster of a call that names one, or none.
func ClusterOf(call awsapi.Call, ref *string) string {
	scope := call.Scope()
	switch name := aws.ToString(ref); {
	case name == "":
		return scope.Cluster(DefaultCluster)
	case arn.Is(name):
		return name
	default:
		return scope.Cluster(name)
	}
}

// SetProviders sets ecs:capacity-provider to the ARNs of a strategy's or, if the request names neither a strategy nor a launch
// type, of the cluster's default strategy (AC64).
func (b *Base) SetProviders(keys awsapi.Keys, call awsapi.Call, cluster *string, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem) {
	if len(strategy) == 0 && launchType == "" {
		if c := state.Clusters.Get(b.Store.Read(), ClusterOf(call, cluster)); c != nil && arn.ScopeOf(c.ARN) == call.Scope() {
			strategy = c.DefaultCapacityProviderStrategy
		}
	}
	var arns []string
	for _, item := range strategy {
		if name := aws.ToString(item.CapacityProvider); arn.Is(name) {
			arns = append(arns, name)
		} else {
			arns = append(arns, call.Scope().CapacityProvider(name))
		}
	}
	if arns != nil {
		keys["ecs:capacity-provider"] = policy.Many(arns)
	}
}

// NamedDefinition is the ARN of the task definition that a reference means, with its revision, and the definition if there is
// one. Of a family without an ACTIVE revision it is "FAMILY:*", which is a choice; a reference that is none stays as it is.
func (b *Base) NamedDefinition(call awsapi.Call, ref string) (string, *taskdefinition.TaskDefinition) {
	parsed, err := taskdef.ParseRef(ref)
	if err != nil {
		return wholeARN(call.Scope(), ref), nil
	}
	scope := call.Scope()
	found, err := ReferredTaskDefinition(b.Store.Read(), scope, parsed)
	if err == nil && found != nil {
		return found.ARN, found
	}
	prefix := scope.Prefix()
	if parsed.Region != "" {
		prefix = "arn:" + parsed.Partition + ":ecs:" + parsed.Region + ":" + parsed.Account + ":"
	}
	if parsed.Revision == 0 {
		return prefix + "task-definition/" + parsed.Family + ":*", nil
	}
	return prefix + strings.TrimPrefix(scope.TaskDefinition(parsed.Family, int(parsed.Revision)), scope.Prefix()), nil
}

func wholeARN(scope arn.Scope, ref string) string {
	if arn.Is(ref) {
		return ref
	}
	return scope.Prefix() + "task-definition/" + ref
}

// SetSize sets ecs:task-cpu and ecs:task-memory to the size of a task definition, in CPU units and MiB (AC64).
func SetSize(keys awsapi.Keys, cpu, memory *string) {
	SetKey(keys, "ecs:task-cpu", taskdef.CPUUnits(aws.ToString(cpu)))
	SetKey(keys, "ecs:task-memory", taskdef.MiB(aws.ToString(memory)))
}

// SetPrivileged sets ecs:privileged to true if one container asks for it, to false if one does not and none does (AC64).
func SetPrivileged(keys awsapi.Keys, asked *bool) {
	switch {
	case asked == nil:
	case *asked:
		keys["ecs:privileged"] = policy.Is("true")
	case keys["ecs:privileged"].Texts == nil:
		keys["ecs:privileged"] = policy.Is("false")
	}
}

// Passes are what a request asks that hands roles over to a service (AC72).
func Passes(service string, roles ...*string) (wants []awsapi.Access) {
	for _, role := range roles {
		if name := aws.ToString(role); name != "" {
			wants = append(wants, awsapi.Access{
				Action: "iam:PassRole", Resource: name, Keys: awsapi.Keys{"iam:passedtoservice": policy.Is(service)},
			})
		}
	}
	return wants
}

// Within takes the ARN of something in a service, or a daemon, apart: the ARN of its cluster, and the one of the service or daemon
// of a kind. Both are empty for what is no such ARN.
func Within(ref, kind string) (cluster, owner string) {
	parsed, ok := arn.Parse(ref)
	if !ok || len(parsed.Resource) < 2 {
		return "", ""
	}
	prefix := "arn:" + parsed.Partition + ":" + parsed.Service + ":" + parsed.Region + ":" + parsed.Account + ":"
	return prefix + "cluster/" + parsed.Resource[0], prefix + kind + "/" + parsed.Resource[0] + "/" + parsed.Resource[1]
}

// OfOwner is the row of an operation on parts of services, or of daemons, by the ARNs in a member: it asks for each, and for its
// service or daemon. That it asks for both is a choice: the Service Authorization Reference has both, and does not say whether
// one suffices.
func OfOwner[In any](kind, member string, refs func(in In) []string) awsapi.Row {
	return awsapi.Asks(func(call awsapi.Call, in In) (wants []awsapi.Access) {
		action := "ecs:" + call.Operation
		for _, ref := range refs(in) {
			cluster, owner := Within(ref, kind)
			if owner == "" { // no ARN of such a part, which the method refuses
				wants = append(wants, awsapi.Access{Action: action, Resource: ref})
				continue
			}
			keys := awsapi.Keys{"ecs:cluster": policy.Is(cluster), "ecs:" + kind: policy.Is(owner)}
			wants = append(wants, awsapi.Access{Action: action, Resource: owner, Keys: keys}, awsapi.Access{Action: action, Resource: ref, Keys: keys})
		}
		if wants == nil {
			wants = []awsapi.Access{{Action: action, Resource: "*"}}
		}
		return wants
	}).Shows("on the "+kind+" of {"+member+"}", "on {"+member+"}").May("ecs:cluster", "ecs:"+kind)
}

// AskOtherAccounts asks for the cluster or the task definition of another account where an operation asks for nothing else there,
// as RunTask, ListTasks and CreateService do. ECS has no resource policies (AC75), so the call is refused (AC10), whether it is
// there or not.
func AskOtherAccounts(call awsapi.Call, wants []awsapi.Access) {
	var others []string // that the keys of the thing before name
	for i := range wants {
		w := &wants[i]
		if i == 0 || !w.Keys.Same(wants[i-1].Keys) {
			others = othersOf(call, w.Keys)
		}
		for _, named := range others {
			if strings.HasPrefix(w.Action, "ecs:") && !OfOtherAccount(call, w.Resource) {
				w.Resource = named
			}
		}
	}
}

// othersOf are the cluster and the task definition that keys name in another account.
func othersOf(call awsapi.Call, keys awsapi.Keys) (others []string) {
	for _, key := range []string{"ecs:cluster", "ecs:task-definition"} {
		for _, named := range keys[key].Texts {
			if OfOtherAccount(call, named) {
				others = append(others, named)
			}
		}
	}
	return others
}

// OfOtherAccount reports whether a request names something by an ARN of another account.
func OfOtherAccount(call awsapi.Call, ref string) bool {
	if !arn.Is(ref) {
		return false
	}
	account := arn.ScopeOf(ref).Account
	return account != "" && account != call.Account
}
