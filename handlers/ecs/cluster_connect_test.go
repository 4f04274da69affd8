package ecs_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (s *server) connectCluster(t testing.TB, cluster, namespace string) *types.Cluster {
	t.Helper()
	return must[*sdk.UpdateClusterOutput](t)(s.UpdateCluster(ctx, &sdk.UpdateClusterInput{
		Cluster: &cluster, ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: &namespace},
	})).Cluster
}

// A new name makes an HTTP namespace, and each change is an attachment (recorded-companions 14.39). Names are
// case-sensitive (14.30).
func TestUpdateClusterMakesNamespaces(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	made := map[string]bool{}
	for _, step := range []struct {
		namespace string
		statuses  []string // of the attachments
	}{
		{"internal", []string{"ATTACHED"}},
		{"internal", []string{"ATTACHED"}},
		{"Internal", []string{"DELETED", "ATTACHED"}},
		{"internal", []string{"DELETED", "DELETED", "ATTACHED"}},
		{"", []string{"DELETED", "DELETED", "DELETED"}},
	} {
		s.connectCluster(t, "shop", step.namespace)
		c := s.describeCluster(t, "shop", types.ClusterFieldAttachments)
		var statuses []string
		for _, a := range c.Attachments {
			if statuses = append(statuses, *a.Status); *a.Type != "sc" || a.Details == nil || len(a.Details) > 0 {
				t.Errorf("%q: attachment %+v", step.namespace, a)
			}
		}
		if !slices.Equal(statuses, step.statuses) || *c.AttachmentsStatus != "UPDATE_COMPLETE" || *c.Status != "ACTIVE" {
			t.Errorf("%q: attachments %q, %s, cluster %s", step.namespace, statuses, *c.AttachmentsStatus, *c.Status)
		}
		if step.namespace == "" {
			continue
		}
		n := servicediscovery.FindNamespace(s.store.Read(), *c.ServiceConnectDefaults.Namespace)
		if n == nil || n.Name != step.namespace || n.Type != "HTTP" || n.CreatorRequestID != step.namespace {
			t.Errorf("%q: namespace %+v", step.namespace, n)
		}
		made[n.ARN] = true
	}
	if len(made) != 2 {
		t.Errorf("namespaces %v", made)
	}
}

// Source of the characters: ECS API reference, ClusterServiceConnectDefaultsRequest.
func TestClusterNamespaceRefusals(t *testing.T) {
	s := newServer(t)
	for _, name := range []string{"a/b", "a<b", "a>b", `a"b`, "a b", "a\nb", "\x1b[31m", "ä"} {
		_, err := s.CreateCluster(ctx, &sdk.CreateClusterInput{
			ClusterName: aws.String("shop"), ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: &name},
		})
		refused(t, err, invalid, "The namespace name that you provided is invalid")
	}
	_, err := s.CreateCluster(ctx, &sdk.CreateClusterInput{
		ClusterName: aws.String("shop"), ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{
			Namespace: aws.String("arn:aws:servicediscovery:eu-west-1:999999999999:namespace/ns-aaaaaaaaaaaaaaaa"),
		},
	})
	refused(t, err, invalid, "ecs-emulator does not support namespaces that are shared by another account"+unsupportedTail)
}

// The member is required, so a request without it does not take the namespace away; an empty one does. SDKs send no such
// request.
func TestClusterNamespaceIsRequired(t *testing.T) {
	s := newServer(t)
	want := *s.connectCluster(t, "default", "first").ServiceConnectDefaults.Namespace
	for operation, body := range map[string]string{
		"UpdateCluster": `{"cluster": "default", "serviceConnectDefaults": {}}`, "CreateCluster": `{"clusterName": "other", "serviceConnectDefaults": {"namespace": null}}`,
	} {
		if status, answer := s.send(t, operation, body); status != http.StatusBadRequest || !strings.Contains(answer, "namespace can not be empty.") {
			t.Errorf("%s: %d %s", operation, status, answer)
		}
	}
	if c := state.Clusters.Get(s.store.Read(), testScope.Cluster("default")); *c.ServiceConnectDefaults.Namespace != want {
		t.Errorf("%+v", c.ServiceConnectDefaults)
	}
}

// Services that are made after the cluster have its namespace, with Service Connect on and none named
// (recorded-companions 14.30).
func TestServicesKeepTheNamespaceOfTheirCluster(t *testing.T) {
	s := newServer(t)
	s.connectDefinitions(t)
	first := *s.connectCluster(t, "default", "first").ServiceConnectDefaults.Namespace
	byDefault := func(name string) {
		c := offering("", "http")
		c.Namespace, c.Services[0].DiscoveryName = nil, &name
		s.create(t, connected(name, c))
	}
	byDefault("early")
	s.create(t, serviceInput("plain", "shop"))
	second := *s.connectCluster(t, "default", "second").ServiceConnectDefaults.Namespace
	byDefault("late")
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("early"), ForceNewDeployment: true}))

	for service, want := range map[string]string{"early": first, "late": second, "plain": ""} {
		got := ""
		if c := state.FindService(s.store.Read(), testScope.Service("default", service)).Primary().Connect; c != nil {
			got = c.NamespaceARN
		}
		if got != want {
			t.Errorf("%s is in the namespace %q, want %q", service, got, want)
		}
	}
	if shown := s.describe(t, "early").Deployments[0].ServiceConnectConfiguration; *shown.Namespace != "first" {
		t.Errorf("its deployment shows %s", *shown.Namespace)
	}
}
