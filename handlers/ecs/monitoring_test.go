package ecs_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestMonitoringIsOfTheRevision holds each update to the monitoring that the newest revision
// has afterwards, and to the number of deployments.
func TestMonitoringIsOfTheRevision(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	in := serviceInput("web", "web")
	in.Monitoring = &types.MonitoringConfiguration{}
	s.create(t, in)
	const both = `{"metricConfigurations":[{"metricNames":["CPUUtilization","MemoryUtilization"],"resolutionSeconds":20}]}`
	for _, step := range []struct {
		sent        string
		deployments int
		want        []ourtypes.MetricConfiguration // nil: no monitoring
	}{
		{`{"service":"web"}`, 1, nil},
		{`{"service":"web","monitoring":null}`, 1, nil},
		{`{"service":"web","monitoring":` + both + `}`, 2, metrics(20)},
		{`{"service":"web","monitoring":` + both + `}`, 2, metrics(20)},
		{`{"service":"web","monitoring":null}`, 2, metrics(20)},
		{`{"service":"web","monitoring":{"resolutionSeconds":60}}`, 2, metrics(20)},
		{`{"service":"web","monitoring":{"metricConfigurations":[]}}`, 3, []ourtypes.MetricConfiguration{}},
		{`{"service":"web","forceNewDeployment":true}`, 4, []ourtypes.MetricConfiguration{}},
	} {
		s.post(t, "UpdateService", step.sent)
		deployments := state.FindService(s.store.Read(), testScope.Service("default", "web")).Deployments
		if len(deployments) != step.deployments {
			t.Errorf("%s: %d deployments, want %d", step.sent, len(deployments), step.deployments)
		}
		got := deployments[0].Revision.Monitoring
		if (got == nil) != (step.want == nil) || got != nil && !slices.EqualFunc(got.MetricConfigurations, step.want, sameMetrics) {
			t.Errorf("%s: monitoring %+v, want %+v", step.sent, got, step.want)
		}
	}
}

func metrics(resolution int32) []ourtypes.MetricConfiguration {
	return []ourtypes.MetricConfiguration{{
		MetricNames: []string{"CPUUtilization", "MemoryUtilization"}, ResolutionSeconds: &resolution,
	}}
}

func sameMetrics(a, b ourtypes.MetricConfiguration) bool {
	return slices.Equal(a.MetricNames, b.MetricNames) && aws.ToInt32(a.ResolutionSeconds) == aws.ToInt32(b.ResolutionSeconds)
}
