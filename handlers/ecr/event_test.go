package ecr_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
)

// ECR-24.
func TestActionsAreAnnounced(t *testing.T) {
	s := newScene(t).withLayers()
	digest := s.push("x", "v1")
	s.push("x", "v2")
	s.push("y", "")
	ok(s, s.BatchDeleteImage, &sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("v1")}})
	s.push("x", "v3")
	ok(s, s.BatchDeleteImage, &sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byDigest(digest), byDigest(digestOf(manifestOf(aLayer, aConfig, "y")))}})

	events, _, _ := outbox.Since(s.Store, 0)
	var got []string
	for _, e := range events {
		c := outbox.As[rows.Action](e)
		got = append(got, map[bool]string{false: "push ", true: "delete "}[c.Deleted]+c.Tag)
	}
	if text := strings.Join(got, ", "); text != "push v1, push v2, push , delete v1, push v3, delete v2, delete v3, delete " {
		t.Error(text)
	}
	event := string(ecr.ActionEvent(outbox.As[rows.Action](events[0]), events[0].At))
	_, rest, _ := strings.Cut(event, `","detail-type"`)
	if want := `:"ECR Image Action","source":"aws.ecr","account":"123456789012","time":"2026-11-20T12:00:00Z","region":"us-east-1","resources":[],` +
		`"detail":{"result":"SUCCESS","repository-name":"app","image-digest":"` + digest + `","action-type":"PUSH","image-tag":"v1",` +
		`"manifest-media-type":"application/vnd.oci.image.manifest.v1+json","artifact-media-type":"application/vnd.oci.image.config.v1+json"}}`; rest != want {
		t.Errorf("%s, want\n%s", event, want)
	}
}
