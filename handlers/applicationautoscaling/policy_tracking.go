package applicationautoscaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// changedTracking is the configuration of target tracking after a request. The metric stays as it is unless the request has
// one; all else is as the request says (AAS0003.5).
func changedTracking(was, asked *types.TargetTrackingScalingPolicyConfiguration) (*types.TargetTrackingScalingPolicyConfiguration, error) {
	switch {
	case asked == nil && was == nil: // AAS0007.1
		return nil, invalid("TargetTrackingScaling policy configuration must be specified")
	case asked == nil:
		return was, nil
	}
	made := *asked
	if was != nil && asked.PredefinedMetricSpecification == nil && asked.CustomizedMetricSpecification == nil {
		made.PredefinedMetricSpecification, made.CustomizedMetricSpecification = was.PredefinedMetricSpecification, was.CustomizedMetricSpecification
	}
	if made.CustomizedMetricSpecification != nil {
		made.CustomizedMetricSpecification = completed(made.CustomizedMetricSpecification)
	}
	return &made, checkConfiguration(&made)
}

// completed has the empty lists that AWS shows, and says of each query whether it returns data (AAS0011.1).
func completed(c *types.CustomizedMetricSpecification) *types.CustomizedMetricSpecification {
	made := *c
	made.Dimensions = append([]types.MetricDimension{}, c.Dimensions...)
	made.Metrics = slices.Clone(c.Metrics)
	for i := range made.Metrics {
		q := &made.Metrics[i]
		if q.ReturnData == nil {
			q.ReturnData = aws.Bool(true)
		}
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			stat, metric := *q.MetricStat, *q.MetricStat.Metric
			metric.Dimensions = append([]types.TargetTrackingMetricDimension{}, metric.Dimensions...)
			stat.Metric, q.MetricStat = &metric, &stat
		}
	}
	return &made
}

// Between which values the target of a metric is. Source: recorded answers (AAS0007.2).
const (
	leastTarget, mostTarget = 8.51592e-109, 1.174271e108
)

// checkConfiguration refuses a configuration of target tracking by itself (AAS0007).
func checkConfiguration(c *types.TargetTrackingScalingPolicyConfiguration) error {
	predefined, custom := c.PredefinedMetricSpecification, c.CustomizedMetricSpecification
	switch target := *c.TargetValue; {
	case !(target >= leastTarget && target <= mostTarget): // also of NaN
		return invalid("For target tracking scaling, target value must be between '8.51592E-109' and '1.174271E108', but was '%s'.", alarmstate.Double(target))
	case predefined == nil && custom == nil:
		return invalid("PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.")
	case predefined != nil && custom != nil:
		return invalid("Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.")
	case aws.ToInt32(c.ScaleInCooldown) < 0, aws.ToInt32(c.ScaleOutCooldown) < 0: // the words are those about step scaling
		return errCooldown
	case predefined != nil:
		return checkPredefined(predefined)
	case custom.Metrics != nil && (custom.MetricName != nil || custom.Namespace != nil || custom.Statistic != ""): // AAS0011.5; that one is enough is a choice
		return invalid("The customized metric specification is not valid. " +
			"You can use a specification with metric math or a specification without metric math, but not a combination of both.")
	case slices.ContainsFunc(custom.Metrics, func(q types.TargetTrackingMetricDataQuery) bool { return q.Label != nil && *q.Label == "" }):
		return invalid("The label of a metric data query must not be empty") // AWS refuses it, too; the words are the emulator's
	}
	return nil
}

// label is what names a load balancer and one of its target groups.
var label = lazyregexp.New(`^app/[^/]+/[^/]+/targetgroup/[^/]+/[^/]+$`)

// checkPredefined refuses a predefined metric that services of ECS do not have, and a label (AAS0005.2).
func checkPredefined(p *types.PredefinedMetricSpecification) error {
	metric, _ := managedalarm.Utilization(p.PredefinedMetricType)
	switch requests := managedalarm.IsRequestCount(p.PredefinedMetricType); {
	case requests && p.ResourceLabel == nil:
		return invalid("Resource label should be specified for predefined metric type %s", p.PredefinedMetricType)
	case requests && !label.MatchString(*p.ResourceLabel):
		return invalid("Invalid resource label '%s' for predefined metric type %s", *p.ResourceLabel, p.PredefinedMetricType)
	case !requests && metric == "": // the words are the emulator's
		return invalid("Predefined metric type %s is not supported for service namespace ecs", p.PredefinedMetricType)
	case !requests && p.ResourceLabel != nil:
		return invalid("Resource label should not be specified for predefined metric type %s", p.PredefinedMetricType)
	}
	return nil
}

// targetGroupOf is the target group that a label names.
func targetGroupOf(label string) string { return label[strings.Index(label, "targetgroup/"):] }
