package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// With the delays of AWS a cluster is PROVISIONING while it gets a new namespace (recorded-companions 14.19), and one
// that has been there before shows that in its attachments alone (14.39).
func TestClustersWaitForTheirNamespace(t *testing.T) {
	t.Parallel()
	w := slow(t)
	expect := func(name, status, attachments, attachment string) {
		t.Helper()
		out, err := w.client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{
			Clusters: []string{name}, Include: []types.ClusterField{types.ClusterFieldAttachments},
		})
		w.must(err)
		c := out.Clusters[0]
		if *c.Status != status || aws.ToString(c.AttachmentsStatus) != attachments || *c.Attachments[len(c.Attachments)-1].Status != attachment {
			t.Errorf("cluster %s: %s, %s, %+v", name, *c.Status, aws.ToString(c.AttachmentsStatus), c.Attachments)
		}
	}
	connect := func(namespace string) *types.ClusterServiceConnectDefaultsRequest {
		return &types.ClusterServiceConnectDefaultsRequest{Namespace: &namespace}
	}
	out, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("shop"), ServiceConnectDefaults: connect("internal")})
	w.must(err)
	if c := out.Cluster; *c.Status != "PROVISIONING" || *c.AttachmentsStatus != "UPDATE_IN_PROGRESS" || len(c.Attachments) != 1 ||
		*c.Attachments[0].Status != "ATTACHING" || *c.Attachments[0].Type != "sc" || c.ServiceConnectDefaults == nil {
		t.Errorf("CreateCluster answers %+v", c)
	}
	expect("shop", "PROVISIONING", "UPDATE_IN_PROGRESS", "ATTACHING")
	w.advance(10 * time.Second)
	expect("shop", "ACTIVE", "UPDATE_COMPLETE", "ATTACHED")

	_, err = w.client.UpdateCluster(t.Context(), &ecs.UpdateClusterInput{Cluster: aws.String("shop"), ServiceConnectDefaults: connect("next")})
	w.must(err)
	expect("shop", "ACTIVE", "UPDATE_IN_PROGRESS", "ATTACHING")
	w.advance(10 * time.Second)
	expect("shop", "ACTIVE", "UPDATE_COMPLETE", "ATTACHED")

	// A namespace that is there takes no time.
	_, err = w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("more"), ServiceConnectDefaults: connect("next")})
	w.must(err)
	expect("more", "ACTIVE", "UPDATE_COMPLETE", "ATTACHED")
}
