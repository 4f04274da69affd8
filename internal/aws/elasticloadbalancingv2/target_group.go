package elasticloadbalancingv2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	targetGroups       = store.NewTable("elbv2-target-group", func(g *TargetGroup) string { return g.ARN })
	targetGroupsByName = targetGroups.Index(func(g *TargetGroup) string { return prefix(g.Scope) + g.Name })
)

// TargetGroup is where load balancers send requests: to its targets that are healthy.
// Handlers write it.
type TargetGroup struct {
	Scope           arn.Scope
	ARN, Name       string
	Type            types.TargetTypeEnum // ip or instance
	Protocol        types.ProtocolEnum
	ProtocolVersion string // HTTP1, HTTP2 or GRPC; empty for those of network load balancers
	Port            int32
	VPC             string
	HealthCheck     HealthCheck
	Attributes      Attributes
	Tags            Tags
}

// HealthCheck is how the targets of a group are checked.
type HealthCheck struct {
	Protocol           types.ProtocolEnum // HTTP, HTTPS or TCP
	Port               string             // a number, or TrafficPort
	Path               string             // of HTTP and HTTPS
	Interval, Timeout  int32              // in seconds
	Healthy, Unhealthy int32              // how often in a row
	// One of these has the codes of a healthy answer, such as 200,202 or 200-299; none for
	// TCP.
	HTTPCode, GRPCCode string
}

// TrafficPort is the port of a health check that is the target's own.
const TrafficPort = "traffic-port"

// ALB reports whether it is of the kind that application load balancers forward to.
func (g *TargetGroup) ALB() bool {
	return g.Protocol == types.ProtocolEnumHttp || g.Protocol == types.ProtocolEnumHttps
}

// DeregistrationDelay is how long a target that is on a load balancer drains.
func (g *TargetGroup) DeregistrationDelay() time.Duration {
	return seconds(g.Attribute("deregistration_delay.timeout_seconds"))
}

func NewTargetGroupARN(s arn.Scope, name string) string {
	return prefix(s) + "targetgroup/" + name + "/" + newID()
}

// FindTargetGroup returns a target group by its ARN, or nil.
func FindTargetGroup(tx *store.Tx, arn string) *TargetGroup { return targetGroups.Get(tx, arn) }

// TargetGroupByName returns a target group by its name, or nil.
func TargetGroupByName(tx *store.Tx, s arn.Scope, name string) *TargetGroup {
	return first(targetGroupsByName.List(tx, prefix(s)+name))
}

// TargetGroups returns those of an account and region, in order of their names.
func TargetGroups(tx *store.Tx, s arn.Scope) []*TargetGroup {
	return targetGroups.List(tx, prefix(s))
}

func PutTargetGroup(tx *store.Tx, g *TargetGroup) { targetGroups.Put(tx, g) }

func DeleteTargetGroup(tx *store.Tx, g *TargetGroup) {
	for _, t := range Targets(tx, g.ARN) {
		ForgetTarget(tx, t)
	}
	targetGroups.Delete(tx, g)
}
