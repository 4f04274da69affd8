package shiftload

import (
	"context"
	"fmt"
	"time"
)

// RollBack has a deployment in bake time roll back by an alarm, so many times, and tells how long each time it takes from
// SetAlarmState until DescribeRules shows other weights.
func (c *Client) RollBack(ctx context.Context, times int) (took []time.Duration, err error) {
	n, err := c.network()
	if err != nil {
		return nil, err
	}
	if err := c.register(); err != nil {
		return nil, err
	}
	fronts, err := c.fronts(n, "BLUE_GREEN", 1)
	if err != nil {
		return nil, err
	}
	if err := c.cloudWatch("PutMetricAlarm", map[string]any{
		"AlarmName": "errors", "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
		"Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
	}); err != nil {
		return nil, err
	}
	configuration := map[string]any{
		"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0,
		"alarms": map[string]any{"alarmNames": []string{"errors"}, "enable": true, "rollback": true},
	}
	if err := c.createService(n, 0, 1, fronts[0], configuration); err != nil {
		return nil, err
	}
	if err := c.awaitSteady(ctx, 1, 1); err != nil {
		return nil, err
	}
	for range times {
		one, err := c.rollBack(ctx, *fronts[0], configuration)
		if err != nil {
			return took, err
		}
		took = append(took, one)
	}
	return took, nil
}

func (c *Client) rollBack(ctx context.Context, f front, configuration map[string]any) (took time.Duration, err error) {
	if err := c.setAlarm("OK"); err != nil {
		return 0, err
	}
	before, err := c.weights(f)
	if err != nil {
		return 0, err
	}
	configuration["bakeTimeInMinutes"] = 1440
	if err := c.update(0, configuration); err != nil {
		return 0, err
	}
	err = await(ctx, "a deployment bakes", 10*time.Millisecond, func() (bool, error) {
		stage, err := c.stage(0)
		if stage == "BAKE_TIME" || err != nil {
			return err == nil, err
		}
		return false, c.advance(time.Second)
	})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := c.setAlarm("ALARM"); err != nil {
		return 0, err
	}
	err = await(ctx, "a rollback brings the weights back", lookEvery, func() (bool, error) {
		now, err := c.weights(f)
		took = time.Since(began)
		return now == before, err
	})
	if err != nil {
		return 0, err
	}
	return took, c.awaitSteady(ctx, 1, 1)
}

func (c *Client) setAlarm(state string) error {
	return c.cloudWatch("SetAlarmState", map[string]any{"AlarmName": "errors", "StateValue": state, "StateReason": "a rehearsal"})
}

// stage is the stage of the newest deployment of a service.
func (c *Client) stage(i int) (string, error) {
	var listed struct {
		Deployments []struct {
			ARN string `json:"serviceDeploymentArn"`
		} `json:"serviceDeployments"`
	}
	if err := c.ecs("ListServiceDeployments", map[string]any{"cluster": cluster, "service": name(i)}, &listed); err != nil {
		return "", err
	}
	if len(listed.Deployments) == 0 {
		return "", fmt.Errorf("service %s has no deployment", name(i))
	}
	var found struct {
		Deployments []struct {
			Stage string `json:"lifecycleStage"`
		} `json:"serviceDeployments"`
	}
	in := map[string]any{"serviceDeploymentArns": []string{listed.Deployments[0].ARN}}
	if err := c.ecs("DescribeServiceDeployments", in, &found); err != nil {
		return "", err
	}
	return found.Deployments[0].Stage, nil
}
