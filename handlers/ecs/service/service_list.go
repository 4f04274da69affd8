package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// defaultServicePage is the page size of lists of services. Source: ListServices.
const defaultServicePage = 10

// listedLaunchTypes may be asked for (ECS0089).
var listedLaunchTypes = []string{"EC2", "FARGATE", "EXTERNAL", "FMI", "MANAGED_INSTANCES"}

// ListServices lists the ARNs of the ACTIVE services that pass all filters. They are listed
// by name, which is the emulator's choice: ECS has no order that can be told.
//
// Source: ECS API reference, ListServices; ECS0089.
func (a *API) ListServices(ctx context.Context, in *sdk.ListServicesInput) (*sdk.ListServicesOutput, error) {
	if in.LaunchType != "" && !slices.Contains(listedLaunchTypes, string(in.LaunchType)) {
		return nil, kit.InvalidParameter("launch type should be one of [" + strings.Join(listedLaunchTypes, ",") + "]")
	}
	if aws.ToInt32(in.MaxResults) > kit.MaxPage {
		return nil, kit.InvalidParameter(fmt.Sprintf("Max results can not be greater than %d", kit.MaxPage))
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	arns, keys := []string{}, []string{}
	for _, service := range state.Services(c.Tx, c.Cluster) {
		keys = append(keys, service.ARN)
		if listsService(in, service) {
			arns = append(arns, service.ARN)
		}
	}
	arns, next, err := kit.Page(arns, func(arn string) string { return arn }, kit.PageQuery{
		Operation: "ListServices", Scope: c.Scope,
		Filters: []string{c.Cluster.ARN, string(in.LaunchType), string(in.SchedulingStrategy), string(in.ResourceManagementType)},
		Size:    kit.Sized(in.MaxResults), Default: defaultServicePage, Token: aws.ToString(in.NextToken), Keys: keys,
	})
	return &sdk.ListServicesOutput{ServiceArns: kit.Listed(arns), NextToken: next}, err
}

// listsService reports whether a service passes the filters. One with a capacity
// provider strategy has no launch type.
func listsService(in *sdk.ListServicesInput, s *state.Service) bool {
	return s.Status() == state.ServiceActive &&
		(in.LaunchType == "" || s.Revision().LaunchType == in.LaunchType) &&
		(in.SchedulingStrategy == "" || s.SchedulingStrategy == in.SchedulingStrategy) &&
		(in.ResourceManagementType == "" || in.ResourceManagementType == cmp.Or(s.ResourceManagementType, types.ResourceManagementTypeCustomer))
}

// ListServicesByNamespace lists the ACTIVE services whose Service Connect has a namespace, of all clusters. That those
// which drain are left out, as in ListServices, is an assumption.
//
// Source: ECS API reference, ListServicesByNamespace.
func (a *API) ListServicesByNamespace(ctx context.Context, in *sdk.ListServicesByNamespaceInput) (*sdk.ListServicesByNamespaceOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	namespace := endpoint.FindNamespace(tx, scope, *in.Namespace)
	if namespace == nil {
		return nil, kit.NamespaceNotFound(scope, *in.Namespace)
	}
	arns, keys := []string{}, []string{}
	for _, service := range state.ServicesByNamespace(tx, namespace.ARN) {
		keys = append(keys, service.ARN)
		if service.Status() == state.ServiceActive {
			arns = append(arns, service.ARN)
		}
	}
	arns, next, err := kit.Page(arns, func(arn string) string { return arn }, kit.PageQuery{
		Operation: "ListServicesByNamespace", Scope: scope, Filters: []string{namespace.ARN},
		Size: kit.Sized(in.MaxResults), Default: defaultServicePage, Token: aws.ToString(in.NextToken), Keys: keys,
	})
	return &sdk.ListServicesByNamespaceOutput{ServiceArns: kit.Listed(arns), NextToken: next}, err
}
