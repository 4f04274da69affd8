package applicationautoscaling

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Policies are the policies of resources, by their names. The managed alarms of one are deleted with it, by managedalarm.
var Policies = store.NewScoped("application-autoscaling-policy", Resource.has, (*Policy).Key)

// Policy says how a target is scaled when an alarm asks for it. Its handlers write every field.
type Policy struct {
	Of        Resource
	TargetID  string // UUID of the target, which stands in the ARN
	Name      string
	Type      types.PolicyType // StepScaling or TargetTrackingScaling
	CreatedAt time.Time

	// Step or Tracking, by the type, is the configuration as it was given: no member has a default. Source: recorded
	// answers.
	Step     *types.StepScalingPolicyConfiguration
	Tracking *types.TargetTrackingScalingPolicyConfiguration

	// CreatedBy is the UUID in the ARN that the managed alarms of target tracking act on, and Alarms are the names of
	// these alarms: the high one, then the low one unless scaling in is disabled. A user may have deleted them.
	CreatedBy string
	Alarms    []string
}

// Key sorts policies by their target and name.
func (p *Policy) Key() string { return p.Of.has(p.Name) }

// ARN of the policy. Alarms of users act on it.
func (p *Policy) ARN() string {
	return partPrefix(p.Of.Scope) + "scalingPolicy:" + p.TargetID + ":resource/" + string(p.Of.Namespace) + "/" + p.Of.Resource + ":policyName/" + p.Name
}

// ActionARN is what the managed alarms of the policy act on. Source: recorded answers.
func (p *Policy) ActionARN() string { return p.ARN() + createdBy + p.CreatedBy }

const createdBy = ":createdBy/"

// partPrefix is what the ARNs of policies and scheduled actions of a scope begin with.
func partPrefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":autoscaling:" + s.Region + ":" + s.Account + ":"
}

// ResourceOfPolicy returns what the policy with an ARN scales; ok is false if it is none of a service.
func ResourceOfPolicy(policyARN string) (r Resource, ok bool) {
	_, rest, _ := strings.Cut(policyARN, ":resource/"+string(types.ServiceNamespaceEcs)+"/")
	resource, _, ok := strings.Cut(rest, ":policyName/")
	return Resource{arn.ScopeOf(policyARN), types.ServiceNamespaceEcs, resource, types.ScalableDimensionECSServiceDesiredCount}, ok
}

// PolicyByARN returns the policy that an action of an alarm names, with or without createdBy, or nil: also where the
// target was made again since, or the policy was changed since and the ARN is of the alarms before.
func PolicyByARN(tx *store.Tx, s arn.Scope, policyARN string) *Policy {
	rest, ok := strings.CutPrefix(policyARN, partPrefix(s)+"scalingPolicy:")
	if !ok {
		return nil
	}
	_, rest, _ = strings.Cut(rest, ":resource/")
	namespace, rest, _ := strings.Cut(rest, "/")
	resource, name, ok := strings.Cut(rest, ":policyName/")
	if !ok || namespace != string(types.ServiceNamespaceEcs) {
		return nil
	}
	r := Resource{s, types.ServiceNamespaceEcs, resource, types.ScalableDimensionECSServiceDesiredCount}
	if p := Policies.Find(tx, r, name); p != nil && p.ARN() == policyARN {
		return p
	}
	if at := strings.LastIndex(name, createdBy); at >= 0 {
		if p := Policies.Find(tx, r, name[:at]); p != nil && p.ActionARN() == policyARN {
			return p
		}
	}
	return nil
}

// PoliciesIn returns the policies of a namespace, in order of resource, dimension and name.
func PoliciesIn(tx *store.Tx, s arn.Scope, namespace types.ServiceNamespace) []*Policy {
	return Policies.Table.List(tx, Resource{Scope: s, Namespace: namespace}.prefix())
}
