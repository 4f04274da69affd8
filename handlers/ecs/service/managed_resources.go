package service

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// managed are the resources that ECS has made for an Express gateway service, as the service revisions show them.
type managed struct {
	service *express.Service
	asked   express.Configuration // what the revision was made of
	rows    map[express.Kind]*express.Resource
}

// fate has the members that each managed resource has.
type fate = types.ManagedListener

// managedResources are what ECS has made for the service of a revision; nil if that is none of Express mode. What is not begun
// is left out.
//
// Source: ECS API reference, ECSManagedResources; services.md I.2.
func managedResources(tx *store.Tx, r *state.ServiceRevision) *types.ECSManagedResources {
	s, of := express.Find(tx, r.ServiceARN), state.FindService(tx, r.ServiceARN)
	if s == nil || of == nil || !isManaged(of) || r.CreatedAt.Before(s.CreatedAt) { // a service of a user has, or had, the name
		return nil
	}
	m := &managed{s, s.Asked, map[express.Kind]*express.Resource{}}
	if made := express.FindRevision(tx, r.ARN); made != nil {
		m.asked = made.Configuration
	}
	for _, owner := range []string{s.Set, s.ARN} {
		for _, row := range express.Owned(tx, owner) {
			m.rows[row.Kind] = row
		}
	}
	shown := &types.ECSManagedResources{AutoScaling: m.autoScaling(), IngressPaths: []types.ManagedIngressPath{m.ingressPath()}}
	if f, is := m.fate(express.Alarm, m.alarmARN); is {
		shown.MetricAlarms = []types.ManagedMetricAlarm{types.ManagedMetricAlarm(f)}
	}
	if f, is := m.fate(express.LogGroup, func(name string) string { return cloudwatchlogs.GroupARN(s.Scope, name) }); is {
		shown.LogGroups = []types.ManagedLogGroup{{
			Arn: f.Arn, LogGroupName: aws.String(composition.LogGroupName(s)), Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt,
		}}
	}
	shown.ServiceSecurityGroups = m.securityGroup(express.SecurityGroup)
	return shown
}

// fate is what has become of a resource, whose ARN is made of its ID; is says whether the resource is begun.
func (m *managed) fate(k express.Kind, arn func(id string) string) (f fate, is bool) {
	row := m.rows[k]
	if row == nil {
		return f, false
	}
	f = fate{Status: row.Status, StatusReason: kit.Optional(&row.Reason), UpdatedAt: kit.Instant(&row.UpdatedAt)}
	if row.UpdatedAt.IsZero() { // it is on its way since the service is there
		f.UpdatedAt = kit.Instant(&m.service.CreatedAt)
	}
	if row.ID != "" {
		f.Arn = aws.String(arn(row.ID))
	}
	return f, true
}

// itself is the ARN of what calls name by it.
func itself(arn string) string { return arn }

func (m *managed) alarmARN(name string) string {
	return (&cloudwatch.Alarm{Scope: m.service.Scope, Name: name}).ARN()
}

func (m *managed) securityGroup(k express.Kind) []types.ManagedSecurityGroup {
	scope := m.service.Scope
	f, is := m.fate(k, func(id string) string {
		return "arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":security-group/" + id
	})
	if !is {
		return nil
	}
	return []types.ManagedSecurityGroup{types.ManagedSecurityGroup(f)}
}

func (m *managed) ingressPath() types.ManagedIngressPath {
	path := types.ManagedIngressPath{
		AccessType: types.AccessTypePrivate, Endpoint: aws.String(composition.Host(m.service)),
		LoadBalancer: m.loadBalancer(), LoadBalancerSecurityGroups: m.securityGroup(express.BalancerGroup),
	}
	if m.service.Network.Public {
		path.AccessType = types.AccessTypePublic
	}
	if f, is := m.fate(express.Listener, itself); is {
		path.Listener = &f
	}
	if f, is := m.fate(express.Rule, itself); is {
		path.Rule = new(types.ManagedListenerRule(f))
	}
	if f, is := m.fate(express.Certificate, itself); is {
		path.Certificate = &types.ManagedCertificate{Arn: f.Arn, DomainName: path.Endpoint, Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt}
	}
	for _, k := range []express.Kind{express.TargetGroup, express.AlternateTargetGroup} {
		if f, is := m.fate(k, itself); is {
			path.TargetGroups = append(path.TargetGroups, types.ManagedTargetGroup{
				Arn: f.Arn, HealthCheckPath: &m.asked.HealthCheckPath, HealthCheckPort: m.asked.ContainerPort, Port: m.asked.ContainerPort,
				Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt,
			})
		}
	}
	return path
}

func (m *managed) loadBalancer() *types.ManagedLoadBalancer {
	f, is := m.fate(express.LoadBalancer, itself)
	if !is {
		return nil
	}
	shown := &types.ManagedLoadBalancer{
		Arn: f.Arn, Scheme: aws.String("internal"), SubnetIds: m.service.Network.Subnets, Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt,
	}
	if m.service.Network.Public {
		shown.Scheme = aws.String("internet-facing")
	}
	if group := m.rows[express.BalancerGroup]; group != nil && group.ID != "" {
		shown.SecurityGroupIds = []string{group.ID}
	}
	return shown
}

// policyMetrics are the names by which policies know the metrics that users choose.
var policyMetrics = map[types.ExpressGatewayServiceScalingMetric]string{
	types.ExpressGatewayServiceScalingMetricAverageCPUUtilization:    "ECSServiceAverageCPUUtilization",
	types.ExpressGatewayServiceScalingMetricAverageMemoryUtilization: "ECSServiceAverageMemoryUtilization",
	types.ExpressGatewayServiceScalingMetricRequestCountPerTarget:    "ALBRequestCountPerTarget",
}

func (m *managed) autoScaling() *types.ManagedAutoScaling {
	f, is := m.fate(express.ScalableTarget, itself)
	if !is {
		return nil
	}
	shown := &types.ManagedAutoScaling{ScalableTarget: &types.ManagedScalableTarget{
		Arn: f.Arn, MinCapacity: m.asked.MinTasks, MaxCapacity: m.asked.MaxTasks, Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt,
	}}
	if f, is := m.fate(express.Policy, itself); is {
		shown.ApplicationAutoScalingPolicies = []types.ManagedApplicationAutoScalingPolicy{{
			Arn: f.Arn, Metric: aws.String(policyMetrics[m.asked.Metric]), PolicyType: aws.String("TargetTrackingScaling"), TargetValue: float64(m.asked.Percent),
			Status: f.Status, StatusReason: f.StatusReason, UpdatedAt: f.UpdatedAt,
		}}
	}
	return shown
}
