package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// defaultServiceDeploymentPage is the page size of lists of service deployments.
// Source: ECS API reference, ListServiceDeployments.
const defaultServiceDeploymentPage = 20

// ListServiceDeployments lists the service deployments of a service that pass all
// filters, newest first.
//
// Source: ECS API reference, ListServiceDeployments; field reports for the members and the
// order.
func (a *API) ListServiceDeployments(ctx context.Context, in *sdk.ListServiceDeploymentsInput) (*sdk.ListServiceDeploymentsOutput, error) {
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	id, err := c.ServiceARN(aws.ToString(in.Service))
	if err != nil {
		return nil, err
	}
	if state.FindService(c.Tx, id) == nil && express.Find(c.Tx, id) == nil { // of which ECS is yet to make the service
		return nil, kit.ErrServiceNotFound
	}
	found := slices.DeleteFunc(state.ServiceDeployments(c.Tx, id), func(d *state.ServiceDeployment) bool { return !listsDeployment(in, d) })
	sorting.By(found, func(a, b *state.ServiceDeployment) int {
		return strings.Compare(serviceDeploymentAge(b), serviceDeploymentAge(a))
	})
	found, next, err := kit.Page(found, serviceDeploymentAge, kit.PageQuery{
		Operation: "ListServiceDeployments", Scope: c.Scope, Filters: []string{id, kit.Digest(in.Status), kit.Digest(in.CreatedAt)},
		Size: kit.Sized(in.MaxResults), Default: defaultServiceDeploymentPage, Token: aws.ToString(in.NextToken), Descending: true,
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListServiceDeploymentsOutput{NextToken: next, ServiceDeployments: []types.ServiceDeploymentBrief{}}
	for _, d := range found {
		out.ServiceDeployments = append(out.ServiceDeployments, briefServiceDeployment(d))
	}
	return out, nil
}

// listsDeployment reports whether a service deployment passes the filters. Whether AWS
// takes the ends of the time in is not published; here it does, of times as they show: in
// milliseconds.
func listsDeployment(in *sdk.ListServiceDeploymentsInput, d *state.ServiceDeployment) bool {
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
		CreatedAt:                kit.Instant(&d.CreatedAt),
		FinishedAt:               kit.Instant(&d.FinishedAt),
		ServiceArn:               aws.String(d.ServiceARN),
		ServiceDeploymentArn:     aws.String(d.ARN),
		StartedAt:                kit.Instant(&d.StartedAt),
		Status:                   d.Status,
		StatusReason:             kit.Optional(&d.StatusReason),
		TargetServiceRevisionArn: aws.String(d.Target.ARN),
	}
}
