package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What needs no cluster writes none, and ListClusters shows the default cluster all the same;
// what is about the default cluster makes it.
func TestOnlyWhatNeedsTheDefaultClusterMakesIt(t *testing.T) {
	s := newServer(t)
	s.namespace(t, "shop")
	made := func() bool { return len(state.Clusters.All(s.store.Read())) > 0 }
	for name, call := range map[string]func() error{
		"ListTaskDefinitions": func() error { _, err := s.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{}); return err },
		"ListAccountSettings": func() error { _, err := s.ListAccountSettings(ctx, &sdk.ListAccountSettingsInput{}); return err },
		"DescribeCapacityProviders": func() error {
			_, err := s.DescribeCapacityProviders(ctx, &sdk.DescribeCapacityProvidersInput{})
			return err
		},
		"ListServicesByNamespace": func() error {
			_, err := s.ListServicesByNamespace(ctx, &sdk.ListServicesByNamespaceInput{Namespace: aws.String("shop")})
			return err
		},
	} {
		if err := call(); err != nil || made() {
			t.Errorf("%s: %v, makes a cluster: %v", name, err, made())
		}
	}
	listed := must[*sdk.ListClustersOutput](t)(s.ListClusters(ctx, &sdk.ListClustersInput{})).ClusterArns
	if len(listed) != 1 || listed[0] != "arn:aws:ecs:"+testRegion+":"+testAccount+":cluster/default" || made() {
		t.Errorf("ListClusters answers %q, makes a cluster: %v", listed, made())
	}
	must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{}))
	if !made() {
		t.Error("ListTasks in the default cluster has not made it")
	}
}
