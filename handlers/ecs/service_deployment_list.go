package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// defaultServiceDeploymentPage is the page size of lists of service deployments.
// Source: ECS API reference, ListServiceDeployments.
const defaultServiceDeploymentPage = 20

// ListServiceDeployments lists the service deployments of a service that pass all
// filters, newest first.
//
// Source: ECS API reference, ListServiceDeployments; field reports for the members and the
// order.
func (a *API) ListServiceDeployments(ctx context.Context, in *ecs.ListServiceDeploymentsInput) (*ecs.ListServiceDeploymentsOutput, error) {
	c, err := a.readIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	id, err := c.serviceARN(aws.ToString(in.Service))
	if err != nil {
		return nil, err
	}
	if c.Service(id) == nil {
		return nil, errServiceNotFound
	}
	found := slices.DeleteFunc(c.ServiceDeployments(id), func(d *state.ServiceDeployment) bool { return !listsDeployment(in, d) })
	slices.SortFunc(found, func(a, b *state.ServiceDeployment) int {
		return strings.Compare(serviceDeploymentAge(b), serviceDeploymentAge(a))
	})
	found, next, err := page(found, serviceDeploymentAge, pageQuery{
		Operation: "ListServiceDeployments", Scope: c.scope, Filters: []string{id, digest(in.Status), digest(in.CreatedAt)},
		Size: sized(in.MaxResults), Default: defaultServiceDeploymentPage, Token: aws.ToString(in.NextToken), Descending: true,
	})
	if err != nil {
		return nil, err
	}
	out := &ecs.ListServiceDeploymentsOutput{NextToken: next, ServiceDeployments: []types.ServiceDeploymentBrief{}}
	for _, d := range found {
		out.ServiceDeployments = append(out.ServiceDeployments, briefServiceDeployment(d))
	}
	return out, nil
}

// listsDeployment reports whether a service deployment passes the filters. Whether AWS
// takes the ends of the time in is not published; here it does, of times as they show: in
// milliseconds.
func listsDeployment(in *ecs.ListServiceDeploymentsInput, d *state.ServiceDeployment) bool {
	if len(in.Status) > 0 && !slices.Contains(in.Status, d.Status) {
		return false
	}
	created, at := in.CreatedAt, d.CreatedAt.Truncate(time.Millisecond)
	return created == nil || (created.After == nil || !at.Before(created.After.Truncate(time.Millisecond))) &&
		(created.Before == nil || !at.After(*created.Before))
}

// serviceDeploymentAge sorts as the service deployments were made. It is the same after a
// restart, which leaves milliseconds of a time.
func serviceDeploymentAge(d *state.ServiceDeployment) string {
	return fmt.Sprintf("%019d %09d %s", d.CreatedAt.UnixMilli(), d.Ordinal, d.ARN)
}

func briefServiceDeployment(d *state.ServiceDeployment) types.ServiceDeploymentBrief {
	return types.ServiceDeploymentBrief{
		ClusterArn:               aws.String(arn.ScopeOf(d.ARN).Cluster(arn.ClusterName(d.ARN))),
		CreatedAt:                instant(&d.CreatedAt),
		FinishedAt:               instant(&d.FinishedAt),
		ServiceArn:               aws.String(d.ServiceARN),
		ServiceDeploymentArn:     aws.String(d.ARN),
		StartedAt:                instant(&d.StartedAt),
		Status:                   d.Status,
		StatusReason:             optional(&d.StatusReason),
		TargetServiceRevisionArn: aws.String(d.Target.ARN),
	}
}
