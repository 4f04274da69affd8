package task

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestTagsOfAManagedVolume(t *testing.T) {
	tags := func(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }
	from := TagSources{
		Definition: tags("of", "definition"), Service: tags("of", "service"), Managed: true, Cluster: "c", ServiceName: "db",
	}
	for _, test := range []struct {
		specification types.EBSTagSpecification
		from          TagSources
		want          []string
	}{
		{types.EBSTagSpecification{}, TagSources{}, []string{"AmazonECSManaged=true"}},
		{types.EBSTagSpecification{Tags: tags("team", "blue")}, from,
			[]string{"team=blue", "aws:ecs:clusterName=c", "aws:ecs:serviceName=db", "AmazonECSManaged=true"}},
		{types.EBSTagSpecification{PropagateTags: types.PropagateTagsTaskDefinition}, TagSources{Definition: from.Definition},
			[]string{"of=definition", "AmazonECSManaged=true"}},
		{types.EBSTagSpecification{PropagateTags: types.PropagateTagsService, Tags: tags("of", "itself")}, TagSources{Service: from.Service},
			[]string{"of=itself", "AmazonECSManaged=true"}},
		{types.EBSTagSpecification{PropagateTags: types.PropagateTagsService}, TagSources{Service: from.Service},
			[]string{"of=service", "AmazonECSManaged=true"}},
	} {
		volume := NewVolume([]types.TaskVolumeConfiguration{{
			Name:             aws.String("data"),
			ManagedEBSVolume: &types.TaskManagedEBSVolumeConfiguration{TagSpecifications: []types.EBSTagSpecification{test.specification}},
		}}, test.from)
		var got []string
		for _, tag := range volume.Tags {
			got = append(got, *tag.Key+"="+*tag.Value)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v, want %v", got, test.want)
		}
	}
	if NewVolume(nil, from) != nil {
		t.Error("a volume without configuration")
	}
}

// A task without a network interface of its own waits for its volume all the same, and each
// task has another one.
func TestTasksBeginByTheirVolume(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	template := NewTemplate(Request{
		Cluster:    &state.Cluster{ARN: scope.Cluster("c"), Name: "c"},
		Definition: &types.TaskDefinition{Family: aws.String("db")}, LaunchType: types.LaunchTypeEc2,
		Volume: &state.ManagedVolume{Name: "data"},
	})
	a, b := template.New(state.Placement{}), template.New(state.Placement{})
	if a.Status.LastStatus != state.Provisioning || a.Status.Volume.Status != "CREATED" || a.Placement.AttachmentID != "" {
		t.Errorf("%+v %+v", a.Status, a.Placement)
	}
	if a.Placement.VolumeID == b.Placement.VolumeID || a.Placement.VolumeAttachmentID == b.Placement.VolumeAttachmentID {
		t.Errorf("%+v %+v", a.Placement, b.Placement)
	}
}

// The volumes of services go with their tasks, with all other settings of theirs.
func TestVolumesOfServicesGoWithTheirTasks(t *testing.T) {
	list := VolumeConfigurations([]types.ServiceVolumeConfiguration{{
		Name: aws.String("data"), ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{SizeInGiB: aws.Int32(3)},
	}})
	if v := NewVolume(list, TagSources{}); !v.GoesWithTask() || *v.Configuration.SizeInGiB != 3 || v.Name != "data" {
		t.Errorf("%+v", v)
	}
}
