package applicationautoscaling

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// checkTracking refuses a policy of target tracking for what there is: of the service, and of other policies.
func checkTracking(tx *store.Tx, p *applicationautoscaling.Policy) error {
	if p.Tracking == nil {
		return nil
	}
	for _, check := range []func(*store.Tx, *applicationautoscaling.Policy) error{checkService, checkOnly, checkCustom} {
		if err := check(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// checkService refuses a predefined metric that the service does not have now. Later changes of the service are not minded
// (AAS0004.3).
func checkService(tx *store.Tx, p *applicationautoscaling.Policy) error {
	predefined := p.Tracking.PredefinedMetricSpecification
	s := state.FindService(tx, p.Of.Service())
	if predefined == nil || s == nil {
		return nil
	}
	if managedalarm.IsRequestCount(predefined.PredefinedMetricType) {
		if group := targetGroupOf(*predefined.ResourceLabel); !attached(s, group) { // AAS0005.3
			return invalid("Target group %s is not attached to resource %s", group, p.Of.Resource)
		}
		return nil
	}
	if name, high := managedalarm.Utilization(predefined.PredefinedMetricType); high && !monitored(s.Primary(), name) { // AAS0004.2
		return invalid("High-resolution metrics are not fully enabled on the ECS service.")
	}
	return nil
}

// attached reports whether tasks of a service are targets of a group, or are to be those of a later stage of its deployments.
func attached(s *state.Service, group string) bool {
	revision := s.Revision()
	return slices.ContainsFunc(slices.Concat(revision.LoadBalancers, revision.ResolvedLoadBalancers()), func(b ecs.LoadBalancer) bool {
		alternate := b.AdvancedConfiguration != nil && strings.HasSuffix(aws.ToString(b.AdvancedConfiguration.AlternateTargetGroupArn), ":"+group)
		return alternate || strings.HasSuffix(aws.ToString(b.TargetGroupArn), ":"+group)
	})
}

// monitored reports whether a completed deployment has a metric every 20 seconds; there is none where tasks come of task sets.
func monitored(d *state.Deployment, metric string) bool {
	if d == nil || d.RolloutState != ecs.DeploymentRolloutStateCompleted || d.Revision.Monitoring == nil {
		return false
	}
	return slices.ContainsFunc(d.Revision.Monitoring.MetricConfigurations, func(c ecs.MetricConfiguration) bool {
		return aws.ToInt32(c.ResolutionSeconds) == 20 && slices.Contains(c.MetricNames, metric)
	})
}

// checkOnly refuses a second policy for a metric (AAS0007.4).
func checkOnly(tx *store.Tx, p *applicationautoscaling.Policy) error {
	mine := identity(p.Tracking)
	for _, other := range applicationautoscaling.Policies.List(tx, p.Of) {
		if other.Name != p.Name && other.Tracking != nil && identity(other.Tracking) == mine {
			return invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.")
		}
	}
	return nil
}

// checkCustom refuses a metric that no alarm can be made of, in CloudWatch's words, as AWS passes them on (AAS0011.3).
func checkCustom(_ *store.Tx, p *applicationautoscaling.Policy) error {
	custom := p.Tracking.CustomizedMetricSpecification
	if custom == nil {
		return nil
	}
	reason, err := refusalOf(custom)
	if reason == "" {
		return err
	}
	return &types.FailedResourceAccessException{Message: awsapi.Textf("Unable to update alarms for scaling policy %s due to reason: %s "+
		"(Service: AmazonCloudWatch; Status Code: 400; Error Code: ValidationError; Request ID: %s; Proxy: null)", p.Name, reason, arn.NewUUID())}
}

// refusalOf is what CloudWatch says against a metric of one's own; "" if nothing. The error is about what the emulator has
// not.
func refusalOf(c *types.CustomizedMetricSpecification) (reason string, err error) {
	switch {
	case c.Metrics != nil:
		return refusalOfQueries(c.Metrics)
	case c.MetricName == nil:
		return "PutMetricAlarm request should have a MetricName parameter", nil
	case c.Namespace == nil:
		return "PutMetricAlarm request should have a Namespace parameter", nil
	case c.Statistic == "":
		return "PutMetricAlarm request should have a Statistic parameter", nil
	}
	return "", nil
}

func refusalOfQueries(queries []types.TargetTrackingMetricDataQuery) (reason string, err error) {
	for i, q := range queries {
		if q.MetricStat == nil || q.MetricStat.Stat == nil {
			continue
		}
		if _, ok := metric.ParseStatistic(*q.MetricStat.Stat); !ok { // in the words of GetMetricData
			return fmt.Sprintf("The value for parameter Metrics.member.%d.MetricStat.Stat is not a valid statistic.", i+1), nil
		}
	}
	_, err = metricmath.Compile(managedalarm.Queries(queries), metricmath.ForAlarm)
	var (
		refused *metricmath.Error
		missing *metricmath.NotBuilt
	)
	switch {
	case errors.As(err, &refused):
		return refused.Message, nil
	case errors.As(err, &missing):
		return "", notBuilt(missing.What)
	}
	return "", err
}
