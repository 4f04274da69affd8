package servicediscovery_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Filters choose namespaces, and pages have all of them.
func TestListsOfNamespaces(t *testing.T) {
	s := newScene(t)
	s.httpNamespace("shop")
	s.privateNamespace("shop.local", "vpc-1")
	s.privateNamespace("bank.local", "vpc-1")
	list := func(filters ...types.NamespaceFilter) (names []string) {
		t.Helper()
		in := &sdk.ListNamespacesInput{Filters: filters, MaxResults: aws.Int32(1)}
		for {
			out := apitest.OK(t, s.ListNamespaces, in)
			for _, n := range out.Namespaces {
				names = append(names, *n.Name)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				slices.Sort(names)
				return names
			}
		}
	}
	for _, test := range []struct {
		name      types.NamespaceFilterName
		condition types.FilterCondition
		value     string
		want      []string
	}{
		{"TYPE", "", "HTTP", []string{"shop"}},
		{"TYPE", "BEGINS_WITH", "DNS", []string{"bank.local", "shop.local"}},
		{"NAME", "EQ", "shop", []string{"shop"}},
		{"NAME", "BEGINS_WITH", "shop", []string{"shop", "shop.local"}},
		{"HTTP_NAME", "EQ", "bank.local", []string{"bank.local"}},
		{"RESOURCE_OWNER", "EQ", "SELF", []string{"bank.local", "shop", "shop.local"}},
		{"RESOURCE_OWNER", "EQ", "OTHER_ACCOUNTS", nil},
	} {
		if got := list(types.NamespaceFilter{Name: test.name, Condition: test.condition, Values: []string{test.value}}); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q", test, got)
		}
	}
	if got := list(); len(got) != 3 {
		t.Error(got)
	}
	for _, f := range []types.NamespaceFilter{
		{Name: "NAME", Condition: "IN", Values: []string{"a"}}, {Name: "NAME", Values: []string{"a", "b"}}, {Name: "RESOURCE_OWNER", Values: []string{"me"}}, {Name: "NAME", Values: []string{}},
	} {
		refused(t, s.ListNamespaces, &sdk.ListNamespacesInput{Filters: []types.NamespaceFilter{f}}, "InvalidInput", string(f.Name))
	}
	refused(t, s.ListNamespaces, &sdk.ListNamespacesInput{NextToken: aws.String("x")}, "InvalidInput", "NextToken")
}

// Operations are found by what they changed, their type, status and time.
func TestListsOfOperations(t *testing.T) {
	s := newScene(t)
	id := s.httpNamespace("h")
	start := s.Now
	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id})
	s.Now = start.Add(time.Minute)
	s.register(*service.Id, "i")
	s.Now = start.Add(2 * time.Minute)
	s.privateNamespace("p", "vpc-1")
	apitest.OK(t, s.CreatePrivateDnsNamespace, &sdk.CreatePrivateDnsNamespaceInput{Name: aws.String("p"), Vpc: aws.String("vpc-1")})
	unix := func(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
	for _, test := range []struct {
		filters []types.OperationFilter
		want    int
	}{
		{nil, 4},
		{[]types.OperationFilter{{Name: "NAMESPACE_ID", Values: []string{id}}}, 2},
		{[]types.OperationFilter{{Name: "SERVICE_ID", Values: []string{*service.Id}}}, 1},
		{[]types.OperationFilter{{Name: "STATUS", Values: []string{"FAIL"}}}, 1},
		{[]types.OperationFilter{{Name: "STATUS", Condition: "IN", Values: []string{"FAIL", "SUCCESS"}}}, 4},
		{[]types.OperationFilter{{Name: "TYPE", Values: []string{"CREATE_NAMESPACE"}}, {Name: "STATUS", Values: []string{"SUCCESS"}}}, 2},
		{[]types.OperationFilter{{Name: "UPDATE_DATE", Condition: "BETWEEN", Values: []string{unix(start), unix(start.Add(time.Minute + time.Second))}}}, 2},
	} {
		if got := apitest.OK(t, s.ListOperations, &sdk.ListOperationsInput{Filters: test.filters}).Operations; len(got) != test.want {
			t.Errorf("%+v: %d", test.filters, len(got))
		}
	}
	for _, f := range []types.OperationFilter{
		{Name: "UPDATE_DATE", Values: []string{"1"}}, {Name: "UPDATE_DATE", Condition: "BETWEEN", Values: []string{"1"}},
		{Name: "UPDATE_DATE", Condition: "BETWEEN", Values: []string{"2", "1"}}, {Name: "STATUS", Condition: "IN", Values: []string{}},
	} {
		refused(t, s.ListOperations, &sdk.ListOperationsInput{Filters: []types.OperationFilter{f}}, "InvalidInput", string(f.Name))
	}
	refused(t, s.GetOperation, &sdk.GetOperationInput{OperationId: aws.String("none")}, "OperationNotFound", "none")
}

// The caller sees its own services of a namespace: none of another region, and of another account not even where its ARN
// is known.
func TestServicesOfANamespace(t *testing.T) {
	s := newScene(t)
	in := func(there arn.Scope) string {
		namespace := servicediscovery.NewNamespaceARN(there)
		if err := s.Store.Update(func(tx *store.Tx) error {
			servicediscovery.PutNamespace(tx, &servicediscovery.Namespace{ARN: namespace, Name: "shop", Type: "HTTP"})
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: servicediscovery.NewServiceARN(there), NamespaceARN: namespace, Name: "api", Type: "HTTP"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return namespace
	}
	of := func(namespace string) *sdk.ListServicesInput {
		return &sdk.ListServicesInput{Filters: []types.ServiceFilter{{Name: "NAMESPACE_ID", Values: []string{namespace}}}}
	}
	here := in(scope)
	for namespace, want := range map[string]int{
		here: 1, servicediscovery.IDOf(here): 1, in(arn.Scope{Region: "eu-west-1", Account: scope.Account}): 0,
	} {
		if got := apitest.OK(t, s.ListServices, of(namespace)).Services; len(got) != want {
			t.Errorf("%s: %+v", namespace, got)
		}
	}
	refused(t, s.ListServices, of(in(arn.Scope{Region: scope.Region, Account: "999999999999"})), "NotImplementedException", "another account")
}
