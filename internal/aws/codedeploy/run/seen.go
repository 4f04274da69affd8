package run

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Seen is what calls in the name of the deployment group's role have told, before a decision.
type Seen struct {
	// Service is the service with its task sets; nil: there is none.
	Service *ecs.Service
	// Groups are the ARNs of the deployment group's target groups, by their names. Only a run that begins needs them.
	Groups map[string]string
	// Rules are the rules of the listeners of the deployment group's routes.
	Rules []Rule
	// Alarms are the names of the deployment's alarms that are in the state ALARM.
	Alarms []string
	// Refused is the last call, if it was refused: one that looks, or an action.
	Refused *Refusal
	// Uncalled is why a function could not be called, by the lifecycle event.
	Uncalled map[string]string
	// ID is one for a new deployment.
	ID string
}

// Rule is a rule of a listener, or what it does by default.
type Rule struct {
	Listener string // ARN
	Rule     string // ARN; "" for the default one
	// Network says that it is one of a Network Load Balancer.
	Network bool
	// Weights are the weights of the target groups that it forwards to, by their ARNs.
	Weights map[string]int32
	// Applied says that what comes to the load balancer from now on goes by them.
	Applied bool
}

// Key is the ARN of the rule, or for a default one the listener's.
func (r Rule) Key() string { return cmp.Or(r.Rule, r.Listener) }

func keyOf(l codedeploy.Led) string { return cmp.Or(l.Rule, l.Listener) }

// Refusal is how a call was refused.
type Refusal struct {
	Service   string // as policies name it: "ecs"
	Operation string
	// RoleMissing says that CodeDeploy cannot assume the role.
	RoleMissing   bool
	Code, Message string
}

// TooManySets reports whether the service has as many task sets as it can have (ECS0332.4): those that drain go some time.
func (r *Refusal) TooManySets() bool {
	return r.Operation == "CreateTaskSet" && strings.Contains(r.Message, "exceeds the maximum limit")
}

// failure is what a refusal makes of a deployment (CD0020). Which code goes with which refusal is told nowhere but in the comments
// of the model.
func (r *Refusal) failure() *types.ErrorInformation {
	code := types.ErrorCodeEcsUpdateError
	switch {
	case r.RoleMissing:
		code = types.ErrorCodeIamRoleMissing
	case strings.HasPrefix(r.Code, "AccessDenied") || r.Code == "UnauthorizedOperation":
		code = types.ErrorCodeIamRolePermissions
	case r.Service == "elasticloadbalancing":
		code = types.ErrorCodeElasticLoadBalancingInvalid
	case r.Code == "ServiceNotFoundException" || r.Code == "ServiceNotActiveException" || r.Code == "ClusterNotFoundException":
		code = types.ErrorCodeInvalidEcsService
	case r.Operation == "CreateTaskSet" && !r.TooManySets(): // all its members are the AppSpec file's, or were the blue set's
		code = types.ErrorCodeInvalidRevision
	}
	return failure(code, "%s", r.Message)
}

func failure(code types.ErrorCode, format string, args ...any) *types.ErrorInformation {
	return &types.ErrorInformation{Code: code, Message: aws.String(fmt.Sprintf(format, args...))}
}

// set is a task set of the service by its id, or nil.
func (a *advance) set(id string) *ecs.TaskSet {
	if a.seen.Service == nil || id == "" {
		return nil
	}
	for i, s := range a.seen.Service.TaskSets {
		if aws.ToString(s.Id) == id {
			return &a.seen.Service.TaskSets[i]
		}
	}
	return nil
}

func status(s *ecs.TaskSet) string {
	if s == nil {
		return ""
	}
	return aws.ToString(s.Status)
}

const (
	primary  = "PRIMARY"
	draining = "DRAINING"
)

// promoted reports whether the green task set is the PRIMARY one.
func (a *advance) promoted() bool { return status(a.set(a.run.Green.ID)) == primary }

// steady reports whether a task set has all its tasks, and they are healthy.
func steady(s *ecs.TaskSet) bool {
	return s != nil && s.StabilityStatus == ecs.StabilityStatusSteadyState && s.RunningCount >= s.ComputedDesiredCount
}

// targetGroup is the ARN of a task set's target group.
func targetGroup(s *ecs.TaskSet) string {
	for _, b := range s.LoadBalancers {
		return aws.ToString(b.TargetGroupArn)
	}
	return ""
}

// routes are the listeners of production and of test traffic.
func routes(info types.DeploymentGroupInfo) (production, test []string, groups []types.TargetGroupInfo) {
	if info.LoadBalancerInfo == nil || len(info.LoadBalancerInfo.TargetGroupPairInfoList) == 0 {
		return nil, nil, nil
	}
	pair := info.LoadBalancerInfo.TargetGroupPairInfoList[0]
	if pair.ProdTrafficRoute != nil {
		production = pair.ProdTrafficRoute.ListenerArns
	}
	if pair.TestTrafficRoute != nil {
		test = pair.TestTrafficRoute.ListenerArns
	}
	return production, test, pair.TargetGroups
}

// Listeners are the listeners of a deployment's routes, and GroupNames the names of its target groups.
func Listeners(d *codedeploy.Deployment) []string {
	production, test, _ := routes(d.Settings)
	return append(slices.Clone(production), test...)
}

// GroupNames are the names of a deployment's target groups.
func GroupNames(d *codedeploy.Deployment) (names []string) {
	_, _, groups := routes(d.Settings)
	for _, g := range groups {
		names = append(names, aws.ToString(g.Name))
	}
	return names
}
