package ecs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// readService looks at the service as it is now, also if it was changed by hand meanwhile (CFN-112), and at the deployment
// that this action began.
func readService(t *handler.Turn) (bool, error) {
	s, err := describeService(t, t.ID)
	if err != nil {
		return false, err
	}
	if s == nil || aws.ToString(s.Status) != "ACTIVE" {
		return false, failure(nil, "DescribeServices")
	}
	t.Set("ServiceArn", s.ServiceArn)
	t.Set("Name", s.ServiceName)
	if hasTaskSets(t) {
		return setsAreSteady(s), nil
	}
	d, err := newestDeployment(t)
	if err != nil {
		return false, err
	}
	if d != nil && aws.ToString(d.ServiceDeploymentArn) == t.Memo {
		d = nil
	}
	if d != nil {
		if err := deploymentFailure(d); err != nil {
			return false, err
		}
	}
	return isSteady(s) && (d == nil || d.Status == types.ServiceDeploymentStatusSuccessful), nil
}

// knowFailure remembers a deployment that had failed before an update did anything: it is what the update takes back, and may have
// begun in the same instant, where the clock stands still.
func knowFailure(t *handler.Turn) error {
	d, err := newestDeployment(t)
	if err == nil && d != nil && deploymentFailure(d) != nil {
		t.Memo = aws.ToString(d.ServiceDeploymentArn)
	}
	return err
}

// isSteady reports whether the one deployment of a service has all its tasks.
func isSteady(s *types.Service) bool {
	return len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted &&
		s.RunningCount == s.DesiredCount && s.PendingCount == 0
}

// newestDeployment is the last deployment of a service if it is of this action, else nil: a change of the desired count
// alone makes none. A rollback is a part of the deployment that failed.
func newestDeployment(t *handler.Turn) (*types.ServiceDeployment, error) {
	var list sdk.ListServiceDeploymentsOutput
	in := sdk.ListServiceDeploymentsInput{Cluster: serviceCluster(t), Service: &t.ID, MaxResults: aws.Int32(1)}
	if err := t.Call(apiclient.ECS("ListServiceDeployments"), &in, &list); err != nil || len(list.ServiceDeployments) == 0 {
		return nil, err
	}
	brief := list.ServiceDeployments[0]
	if brief.CreatedAt == nil || brief.CreatedAt.Before(t.Began.Truncate(time.Millisecond)) {
		return nil, nil
	}
	var out sdk.DescribeServiceDeploymentsOutput
	describe := sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{aws.ToString(brief.ServiceDeploymentArn)}}
	err := t.Call(apiclient.ECS("DescribeServiceDeployments"), &describe, &out)
	if err != nil || len(out.ServiceDeployments) == 0 {
		return nil, err
	}
	return &out.ServiceDeployments[0], nil
}

// deploymentFailure is a deployment that was or will be taken back. One that the circuit breaker ends fails the resource at
// once, also if ECS goes back by itself (CFN0010; CFN-110). The text of the others is a guess.
func deploymentFailure(d *types.ServiceDeployment) error {
	switch d.Status {
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusSuccessful:
		return nil
	}
	if c := d.DeploymentCircuitBreaker; c != nil && c.Status == types.ServiceDeploymentRollbackMonitorsStatusTriggered {
		return handler.Failed(handler.GeneralServiceException, "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.")
	}
	reason := aws.ToString(d.StatusReason)
	if d.Rollback != nil && d.Rollback.Reason != nil {
		reason = *d.Rollback.Reason
	}
	return handler.Failed(handler.GeneralServiceException, "Error occurred during operation 'ECS Deployment is %s: %s'.", d.Status, reason)
}
