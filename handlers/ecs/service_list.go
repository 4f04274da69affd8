package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// defaultServicePage is the page size of lists of services. Source: ListServices.
const defaultServicePage = 10

// listedLaunchTypes may be asked for (ECS0089).
var listedLaunchTypes = []string{"EC2", "FARGATE", "EXTERNAL", "FMI", "MANAGED_INSTANCES"}

// ListServices lists the ARNs of the ACTIVE services that pass all filters. They are listed
// by name, which is the emulator's choice: ECS has no order that can be told.
//
// Source: ECS API reference, ListServices; ECS0089.
func (a *API) ListServices(ctx context.Context, in *ecs.ListServicesInput) (*ecs.ListServicesOutput, error) {
	if in.LaunchType != "" && !slices.Contains(listedLaunchTypes, string(in.LaunchType)) {
		return nil, invalidParameter("launch type should be one of [" + strings.Join(listedLaunchTypes, ",") + "]")
	}
	if aws.ToInt32(in.MaxResults) > maxPage {
		return nil, invalidParameter(fmt.Sprintf("Max results can not be greater than %d", maxPage))
	}
	c, err := a.readIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	arns, keys := []string{}, []string{}
	for _, service := range c.Services(c.cluster) {
		keys = append(keys, service.ARN)
		if listsService(in, service) {
			arns = append(arns, service.ARN)
		}
	}
	arns, next, err := page(arns, func(arn string) string { return arn }, pageQuery{
		Operation: "ListServices", Scope: c.scope,
		Filters: []string{c.cluster.ARN, string(in.LaunchType), string(in.SchedulingStrategy), string(in.ResourceManagementType)},
		Size:    sized(in.MaxResults), Default: defaultServicePage, Token: aws.ToString(in.NextToken), Keys: keys,
	})
	if err != nil {
		return nil, err
	}
	return &ecs.ListServicesOutput{ServiceArns: listed(arns), NextToken: next}, nil
}

// listsService reports whether a service passes the filters. One with a capacity
// provider strategy has no launch type.
func listsService(in *ecs.ListServicesInput, s *state.Service) bool {
	return s.Status() == state.ServiceActive &&
		(in.LaunchType == "" || s.Primary().Revision.LaunchType == in.LaunchType) &&
		(in.SchedulingStrategy == "" || s.SchedulingStrategy == in.SchedulingStrategy) &&
		(in.ResourceManagementType == "" || in.ResourceManagementType == types.ResourceManagementTypeCustomer)
}

// ListServicesByNamespace lists the services that use a Service Connect namespace.
// There is no Service Connect so far, so no service does.
func (a *API) ListServicesByNamespace(ctx context.Context, in *ecs.ListServicesByNamespaceInput) (*ecs.ListServicesByNamespaceOutput, error) {
	if aws.ToString(in.Namespace) == "" {
		return nil, invalidParameter("Namespace is missing")
	}
	scope, err := a.scope(ctx)
	if err != nil {
		return nil, err
	}
	arns, next, err := page([]string{}, func(arn string) string { return arn }, pageQuery{
		Operation: "ListServicesByNamespace", Scope: scope, Filters: []string{*in.Namespace},
		Size: sized(in.MaxResults), Default: defaultServicePage, Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	return &ecs.ListServicesByNamespaceOutput{ServiceArns: arns, NextToken: next}, nil
}
