package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-containerregistry/pkg/crane"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Where the registry was before, another one may be now: names there are of ECR once their repository was pushed to here.
func TestNamesAtFormerAddressesAreOfECROnceAnythingWasPushed(t *testing.T) {
	w := startImages(t, emulator.Options{})
	w.must(w.srv.Rows().Update(func(tx *store.Tx) error {
		ecr.KeepAddress(tx, "127.0.0.1:5000", w.srv.Clock().Now())
		return nil
	}))
	ofECR := func(image string, want bool) {
		t.Helper()
		_, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
			ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String(image)}},
		})
		if got := err != nil && strings.Contains(err.Error(), "execution role ARN to support ECR images"); got != want || !got && err != nil {
			t.Errorf("%s: %v", image, err)
		}
	}
	for _, host := range []string{"127.0.0.1:5000", "localhost:5000"} {
		ofECR(host+"/web:1", false)
		ofECR(host+"/none:1", false)
	}
	ofECR(w.ref("1"), true)
	ofECR(w.srv.RepositoryURI("none"), true)
	w.must(crane.Push(w.image(1000), w.ref("1"), w.login()))
	for _, host := range []string{"127.0.0.1:5000", "localhost:5000"} {
		ofECR(host+"/web:2", true)
		ofECR(host+"/none:1", false)
	}
	ofECR("127.0.0.1:5001/web:1", false)
}
