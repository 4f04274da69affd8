package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var clusterMembers = []input.Exception{input.Renamed("ClusterSettings", "Settings"), input.Skipped("Tags")}

func cluster() *handler.Type {
	return &handler.Type{
		Name:   "AWS::ECS::Cluster",
		Naming: handler.Naming{Property: "ClusterName"},
		Find:   findCluster,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateClusterInput{ClusterName: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, clusterMembers...); err != nil {
				return err
			}
			if err := t.Call(apiclient.ECS("CreateCluster"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Read:   readCluster,
		Update: updateCluster,
		Delete: func(t *handler.Turn) error {
			return t.Call(apiclient.ECS("DeleteCluster"), &sdk.DeleteClusterInput{Cluster: &t.ID}, nil)
		},
		Tagging: tagging(func(t *handler.Turn) string { return t.Attribute("Arn") }),
	}
}

// describeCluster returns the cluster of a name if it is ACTIVE, else nil.
func describeCluster(t *handler.Turn, name string) (*types.Cluster, error) {
	var out sdk.DescribeClustersOutput
	in := sdk.DescribeClustersInput{Clusters: []string{name}, Include: []types.ClusterField{types.ClusterFieldTags, types.ClusterFieldAttachments}}
	if err := t.Call(apiclient.ECS("DescribeClusters"), &in, &out); err != nil {
		return nil, err
	}
	if len(out.Clusters) == 0 || aws.ToString(out.Clusters[0].Status) == "INACTIVE" {
		return nil, nil
	}
	return &out.Clusters[0], nil
}

func findCluster(t *handler.Turn) ([]handler.Found, error) {
	c, err := describeCluster(t, t.Name)
	if c == nil || err != nil {
		return nil, err
	}
	return []handler.Found{{ID: t.Name, Tags: readTags(c.Tags)}}, nil
}

// readCluster waits until what capacity providers attach is there.
func readCluster(t *handler.Turn) (bool, error) {
	c, err := describeCluster(t, t.ID)
	if err != nil {
		return false, err
	}
	if c == nil {
		return false, failure(nil, "DescribeClusters")
	}
	t.Set("Arn", c.ClusterArn)
	switch aws.ToString(c.AttachmentsStatus) {
	case "UPDATE_IN_PROGRESS":
		return false, nil
	case "UPDATE_FAILED":
		return false, handler.Failed(handler.GeneralServiceException, "The attachments of cluster %s are UPDATE_FAILED", t.ID)
	}
	return aws.ToString(c.Status) != "PROVISIONING", nil
}

func updateCluster(t *handler.Turn) error {
	if t.Changed("ClusterSettings", "Configuration", "ServiceConnectDefaults") {
		in := sdk.UpdateClusterInput{Cluster: &t.ID}
		if err := t.Fill(&in, append(clusterMembers, input.Others())...); err != nil {
			return err
		}
		if t.Properties.Get("ServiceConnectDefaults") == nil && t.Changed("ServiceConnectDefaults") {
			in.ServiceConnectDefaults = &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("")} // which removes it
		}
		if err := t.Call(apiclient.ECS("UpdateCluster"), &in, nil); err != nil {
			return err
		}
	}
	if !t.Changed("CapacityProviders", "DefaultCapacityProviderStrategy") {
		return nil
	}
	return putCapacityProviders(t)
}

// putCapacityProviders replaces what a cluster has; both lists are required.
func putCapacityProviders(t *handler.Turn) error {
	in := sdk.PutClusterCapacityProvidersInput{
		Cluster: &t.ID, CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}
	if err := t.Fill(&in, input.Others(), input.Skipped("Cluster")); err != nil {
		return err
	}
	return t.Call(apiclient.ECS("PutClusterCapacityProviders"), &in, nil)
}

// associations are capacity providers of a cluster that is made elsewhere. Its id is the cluster's, as the template has it.
func associations() *handler.Type {
	put := func(t *handler.Turn) error {
		t.ID = t.Text("Cluster")
		return putCapacityProviders(t)
	}
	return &handler.Type{
		Name:   "AWS::ECS::ClusterCapacityProviderAssociations",
		Create: put,
		Read:   readCluster,
		Update: put,
		Delete: func(t *handler.Turn) error {
			return t.Call(apiclient.ECS("PutClusterCapacityProviders"), &sdk.PutClusterCapacityProvidersInput{
				Cluster: &t.ID, CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
			}, nil)
		},
		Gone: func(t *handler.Turn) (bool, error) {
			c, err := describeCluster(t, t.ID)
			return err == nil && (c == nil || aws.ToString(c.AttachmentsStatus) != "UPDATE_IN_PROGRESS"), err
		},
	}
}
