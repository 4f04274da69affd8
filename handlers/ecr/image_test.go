package ecr_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

const (
	imageType  = "application/vnd.oci.image.manifest.v1+json"
	indexType  = "application/vnd.oci.image.index.v1+json"
	configType = "application/vnd.oci.image.config.v1+json"
	layerType  = "application/vnd.oci.image.layer.v1.tar+gzip"
)

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// manifestOf is the manifest of an image of a layer, with a note that tells it from others.
func manifestOf(layer, config, note string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"size":%d,"digest":%q},"layers":[{"mediaType":%q,"size":%d,"digest":%q}],"annotations":{"note":%q}}`,
		imageType, configType, len(config), digestOf(config), layerType, len(layer), digestOf(layer), note)
}

const aLayer, aConfig = "the bytes of a layer", "{}"

// withLayers makes the repository app, with a layer and a configuration.
func (s *scene) withLayers() *scene {
	s.T.Helper()
	s.withRepository()
	s.upload(aLayer)
	s.upload(aConfig)
	return s
}

func (s *scene) upload(content string) {
	s.T.Helper()
	begun := ok(s, s.InitiateLayerUpload, &sdk.InitiateLayerUploadInput{RepositoryName: app})
	ok(s, s.UploadLayerPart, &sdk.UploadLayerPartInput{
		RepositoryName: app, UploadId: begun.UploadId, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(content)) - 1), LayerPartBlob: []byte(content),
	})
	ok(s, s.CompleteLayerUpload, &sdk.CompleteLayerUploadInput{RepositoryName: app, UploadId: begun.UploadId, LayerDigests: []string{digestOf(content)}})
}

// push pushes an image that its note tells from others.
func (s *scene) push(note, tag string) (digest string) {
	s.T.Helper()
	in := &sdk.PutImageInput{RepositoryName: app, ImageManifest: aws.String(manifestOf(aLayer, aConfig, note))}
	if tag != "" {
		in.ImageTag = &tag
	}
	return *ok(s, s.PutImage, in).Image.ImageId.ImageDigest
}

func byTag(tag string) types.ImageIdentifier { return types.ImageIdentifier{ImageTag: &tag} }

func byDigest(digest string) types.ImageIdentifier {
	return types.ImageIdentifier{ImageDigest: &digest}
}

// ECR-7 and ECR-14.
func TestPutImage(t *testing.T) {
	s := newScene(t).withLayers()
	manifest := manifestOf(aLayer, aConfig, "first")
	put := &sdk.PutImageInput{RepositoryName: app, ImageManifest: &manifest, ImageTag: aws.String("v1")}
	want := &types.Image{
		ImageId: &types.ImageIdentifier{ImageDigest: aws.String(digestOf(manifest)), ImageTag: aws.String("v1")}, ImageManifest: &manifest,
		ImageManifestMediaType: aws.String(imageType), RegistryId: &home.Account, RepositoryName: app,
	}
	same(t, ok(s, s.PutImage, put).Image, want)
	again := "Image with digest '" + digestOf(manifest) + "' and tag 'v1' already exists in the repository with name 'app' in registry with id '123456789012'"
	refused(s, s.PutImage, put, "ImageAlreadyExistsException", again)
	ok(s, s.PutImage, &sdk.PutImageInput{RepositoryName: app, ImageManifest: &manifest, ImageTag: aws.String("latest")})

	ok(s, s.PutImageTagMutability, &sdk.PutImageTagMutabilityInput{RepositoryName: app, ImageTagMutability: "IMMUTABLE"})
	refused(s, s.PutImage, put, "ImageAlreadyExistsException", again)
	second := &sdk.PutImageInput{RepositoryName: app, ImageManifest: aws.String(manifestOf(aLayer, aConfig, "second")), ImageTag: aws.String("v1")}
	refused(s, s.PutImage, second, "ImageTagAlreadyExistsException",
		"The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.")
	ok(s, s.PutImageTagMutability, &sdk.PutImageTagMutabilityInput{RepositoryName: app, ImageTagMutability: "MUTABLE"})
	ok(s, s.PutImage, second)
	details := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("latest"), byTag("v1")}}).ImageDetails
	if len(details) != 2 || *details[0].ImageDigest != digestOf(manifest) || strings.Join(details[0].ImageTags, " ") != "latest" || strings.Join(details[1].ImageTags, " ") != "v1" {
		t.Errorf("%+v", details)
	}
}

func TestRefusedPushes(t *testing.T) {
	s := newScene(t).withLayers()
	ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: aws.String("other")})
	manifest := manifestOf(aLayer, aConfig, "")
	zero := "sha256:" + strings.Repeat("0", 64)
	const noJSON = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
	const badTag = "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}''"
	for name, test := range map[string]struct {
		in         sdk.PutImageInput
		code, text string
	}{
		"no repository": {sdk.PutImageInput{RepositoryName: aws.String("none"), ImageManifest: &manifest}, "RepositoryNotFoundException", notThere},
		"no manifest":   {sdk.PutImageInput{ImageManifest: aws.String("{}"), ImageTag: aws.String("bad")}, "InvalidParameterException", noJSON},
		"no JSON":       {sdk.PutImageInput{ImageManifest: aws.String("manifest")}, "InvalidParameterException", noJSON},
		"another digest": {sdk.PutImageInput{ImageManifest: &manifest, ImageDigest: &zero}, "ImageDigestDoesNotMatchException",
			"The image with digest '" + zero + "' in repository 'app' and registry ID '123456789012' does not match the image digest that Amazon ECR has calculated."},
		"layers of another repository": {sdk.PutImageInput{RepositoryName: aws.String("other"), ImageManifest: &manifest}, "LayersNotFoundException",
			"Layers with digests '[" + digestOf(aLayer) + "," + digestOf(aConfig) + "]' required for pushing image into repository with name 'other' in the registry with id '123456789012' do not exist"},
		"an index without its images": {sdk.PutImageInput{ImageManifest: aws.String(indexOf(zero))}, "ReferencedImagesNotFoundException",
			"Images with digests '[" + zero + "]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist"},
		"a tag with a slash": {sdk.PutImageInput{ImageManifest: &manifest, ImageTag: aws.String("a/b")}, "InvalidParameterException", badTag},
		"a tag of dots":      {sdk.PutImageInput{ImageManifest: &manifest, ImageTag: aws.String("..")}, "InvalidParameterException", badTag},
	} {
		if test.in.RepositoryName == nil {
			test.in.RepositoryName = app
		}
		t.Run(name, func(t *testing.T) { apitest.Refused(t, s.PutImage, &test.in, test.code, test.text) })
	}
	if list := ok(s, s.ListImages, &sdk.ListImagesInput{RepositoryName: app}); len(list.ImageIds) != 0 {
		t.Errorf("%+v", list)
	}
	if want := int64(len(aLayer) + len(aConfig)); s.files.Size() != want {
		t.Errorf("the files have %d bytes, want %d", s.files.Size(), want)
	}
}

func indexOf(digest string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"size":474,"digest":%q}]}`, indexType, imageType, digest)
}

// ECR-8, ECR-9 and ECR-10.
func TestImagesAreShown(t *testing.T) {
	s := newScene(t).withLayers()
	pushed := s.Now
	digest := s.push("first", "original")
	s.Now = s.Now.Add(time.Minute)
	s.push("first", "http-tag")
	untagged := s.push("second", "")

	detail := types.ImageDetail{
		ArtifactMediaType: aws.String(configType), ImageDigest: &digest, ImageManifestMediaType: aws.String(imageType), ImagePushedAt: &pushed,
		ImageSizeInBytes: aws.Int64(int64(len(aLayer) + len(aConfig))), ImageStatus: "ACTIVE", ImageTags: []string{"original", "http-tag"}, RegistryId: &home.Account, RepositoryName: app,
	}
	same(t, ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, Filter: &types.DescribeImagesFilter{TagStatus: "TAGGED"}}).ImageDetails, []types.ImageDetail{detail})
	rest := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, Filter: &types.DescribeImagesFilter{TagStatus: "UNTAGGED"}}).ImageDetails
	if len(rest) != 1 || *rest[0].ImageDigest != untagged || rest[0].ImageTags != nil {
		t.Errorf("%+v", rest)
	}
	if none := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, Filter: &types.DescribeImagesFilter{ImageStatus: "ARCHIVED"}}).ImageDetails; len(none) != 0 {
		t.Errorf("%+v", none)
	}
	page := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, MaxResults: aws.Int32(1)})
	next := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, MaxResults: aws.Int32(1), NextToken: page.NextToken})
	if len(page.ImageDetails) != 1 || len(next.ImageDetails) != 1 || *page.ImageDetails[0].ImageDigest >= *next.ImageDetails[0].ImageDigest || next.NextToken != nil {
		t.Errorf("%+v, %+v", page, next)
	}
	refused(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("latest")}}, "ImageNotFoundException",
		"The image with imageId {imageDigest:'null', imageTag:'latest'} does not exist within the repository with name 'app' in the registry with id '123456789012'")

	both := types.ImageIdentifier{ImageDigest: &untagged, ImageTag: aws.String("original")}
	got := ok(s, s.BatchGetImage, &sdk.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("original"), byTag("absent"), {}, byDigest("sha256:x"), both}})
	same(t, got.Images, []types.Image{{
		ImageId: &types.ImageIdentifier{ImageDigest: &digest, ImageTag: aws.String("original")}, ImageManifest: aws.String(manifestOf(aLayer, aConfig, "first")),
		ImageManifestMediaType: aws.String(imageType), RegistryId: &home.Account, RepositoryName: app,
	}})
	same(t, got.Failures[0], types.ImageFailure{FailureCode: "ImageNotFound", FailureReason: aws.String("Requested image not found"), ImageId: &types.ImageIdentifier{ImageTag: aws.String("absent")}})
	var codes []types.ImageFailureCode
	for _, f := range got.Failures {
		codes = append(codes, f.FailureCode)
	}
	same(t, codes, []types.ImageFailureCode{"ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest", "ImageTagDoesNotMatchDigest"})
	list := ok(s, s.ListImages, &sdk.ListImagesInput{RepositoryName: app, Filter: &types.ListImagesFilter{TagStatus: "TAGGED"}}).ImageIds
	same(t, list, []types.ImageIdentifier{{ImageDigest: &digest, ImageTag: aws.String("http-tag")}, {ImageDigest: &digest, ImageTag: aws.String("original")}})
}

// Who gets a manifest pulls the image (containers-roadmap issue 2390).
func TestTheLastPullIsRecorded(t *testing.T) {
	s := newScene(t).withLayers()
	pulled, other := s.push("first", "v1"), s.push("second", "v2")
	ask := &sdk.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("v1"), byTag("absent"), byDigest(pulled)}}
	last := func(digest string) *time.Time {
		t.Helper()
		return ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byDigest(digest)}}).ImageDetails[0].LastRecordedPullTime
	}
	if at := last(pulled); at != nil {
		t.Errorf("it was pulled at %s", at)
	}
	for range 2 {
		s.Now = s.Now.Add(time.Hour)
		ok(s, s.BatchGetImage, ask)
		if at := last(pulled); at == nil || !at.Equal(s.Now) {
			t.Errorf("it was pulled at %s, want %s", at, s.Now)
		}
	}
	if at := last(other); at != nil {
		t.Errorf("the other one was pulled at %s", at)
	}
}

// By tag a client gets the format of manifests that it accepts, by digest the one that has the digest.
// Source: ECR user guide, image manifest conversion.
func TestAcceptedManifests(t *testing.T) {
	const docker = "application/vnd.docker.distribution.manifest.v2+json"
	s := newScene(t).withLayers()
	digest := s.push("first", "v1")
	images := ok(s, s.BatchGetImage, &sdk.BatchGetImageInput{
		RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("v1"), byDigest(digest)}, AcceptedMediaTypes: []string{docker},
	}).Images
	if got := *images[0].ImageManifest; *images[0].ImageManifestMediaType != docker || !strings.Contains(got, docker) || *images[0].ImageId.ImageDigest != digest {
		t.Errorf("by tag: %s of %s", got, *images[0].ImageManifestMediaType)
	}
	if got := *images[1].ImageManifest; *images[1].ImageManifestMediaType != imageType || got != manifestOf(aLayer, aConfig, "first") {
		t.Errorf("by digest: %s of %s", got, *images[1].ImageManifestMediaType)
	}
}

// A delete beside it has removed the file, and the row is still read.
func TestAnImageWhoseFileHasGoneIsNotFound(t *testing.T) {
	s := newScene(t).withLayers()
	digest := s.push("first", "original")
	file, _, err := s.files.Open(digest)
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		t.Fatal(err)
	}
	got := ok(s, s.BatchGetImage, &sdk.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("original")}})
	same(t, got.Images, []types.Image{})
	same(t, got.Failures, []types.ImageFailure{{FailureCode: "ImageNotFound", FailureReason: aws.String("Requested image not found"), ImageId: &types.ImageIdentifier{ImageTag: aws.String("original")}}})
}

// ECR-19 and ECR-20.
func TestImagesAreDeleted(t *testing.T) {
	s := newScene(t).withLayers()
	child, old := s.push("child", "original"), s.push("old", "http-tag")
	index := indexOf(child)
	ok(s, s.PutImage, &sdk.PutImageInput{RepositoryName: app, ImageManifest: &index, ImageTag: aws.String("index")})
	refused(s, s.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: app}, "RepositoryNotEmptyException",
		"The repository with name 'app' in registry with id '123456789012' cannot be deleted because it still contains images")

	deleted := ok(s, s.BatchDeleteImage, &sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byDigest(child)}})
	same(t, deleted.ImageIds, []types.ImageIdentifier{})
	same(t, deleted.Failures, []types.ImageFailure{{
		FailureCode: "ImageReferencedByManifestList", FailureReason: aws.String("Requested image referenced by manifest list: [" + digestOf(index) + "]"),
		ImageId: &types.ImageIdentifier{ImageDigest: &child},
	}})
	deleted = ok(s, s.BatchDeleteImage, &sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("http-tag"), byTag("absent")}})
	same(t, deleted.ImageIds, []types.ImageIdentifier{{ImageDigest: &old, ImageTag: aws.String("http-tag")}})
	same(t, deleted.Failures, []types.ImageFailure{{FailureCode: "ImageNotFound", FailureReason: aws.String("Requested image not found"), ImageId: &types.ImageIdentifier{ImageTag: aws.String("absent")}}})
	want := []types.ImageIdentifier{{ImageDigest: &child, ImageTag: aws.String("original")}, {ImageDigest: aws.String(digestOf(index)), ImageTag: aws.String("index")}}
	if *want[0].ImageDigest > *want[1].ImageDigest {
		want[0], want[1] = want[1], want[0]
	}
	same(t, ok(s, s.ListImages, &sdk.ListImagesInput{RepositoryName: app}).ImageIds, want)

	ok(s, s.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: app, Force: true})
	if s.files.Size() != 0 {
		t.Errorf("the files have %d bytes", s.files.Size())
	}
}

// All tags of an image that goes by its digest are named.
func TestDeletionByDigest(t *testing.T) {
	s := newScene(t).withLayers()
	digest := s.push("x", "a")
	s.push("x", "b")
	deleted := ok(s, s.BatchDeleteImage, &sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byDigest(digest)}})
	same(t, deleted.ImageIds, []types.ImageIdentifier{{ImageDigest: &digest, ImageTag: aws.String("a")}, {ImageDigest: &digest, ImageTag: aws.String("b")}})
}

func TestReferrers(t *testing.T) {
	s := newScene(t).withLayers()
	subject := s.push("subject", "v1")
	signature := strings.Replace(manifestOf(aLayer, aConfig, "signature"), `"config"`, `"artifactType":"application/x-signature","subject":{"mediaType":"`+imageType+`","size":1,"digest":"`+subject+`"},"config"`, 1)
	ok(s, s.PutImage, &sdk.PutImageInput{RepositoryName: app, ImageManifest: &signature})
	ask := &sdk.ListImageReferrersInput{RepositoryName: app, SubjectId: &types.SubjectIdentifier{ImageDigest: &subject}}
	same(t, ok(s, s.ListImageReferrers, ask).Referrers, []types.ImageReferrer{{
		Digest: aws.String(digestOf(signature)), MediaType: aws.String(imageType), Size: aws.Int64(int64(len(signature))), ArtifactType: aws.String("application/x-signature"),
		ArtifactStatus: "ACTIVE", Annotations: map[string]string{"note": "signature"},
	}})
	ask.Filter = &types.ListImageReferrersFilter{ArtifactTypes: []string{"application/x-other"}}
	same(t, ok(s, s.ListImageReferrers, ask).Referrers, []types.ImageReferrer{})
	details := ok(s, s.DescribeImages, &sdk.DescribeImagesInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byDigest(digestOf(signature))}}).ImageDetails
	if *details[0].SubjectManifestDigest != subject {
		t.Errorf("%+v", details)
	}
}

// ECR-6 and ECR-22.
func TestLayers(t *testing.T) {
	s := newScene(t).withRepository()
	check := &sdk.BatchCheckLayerAvailabilityInput{RepositoryName: app, LayerDigests: []string{digestOf(aLayer), digestOf(aConfig), "sha256:x", ""}}
	before := ok(s, s.BatchCheckLayerAvailability, check)
	same(t, before.Layers, []types.Layer{{LayerAvailability: "UNAVAILABLE", LayerDigest: aws.String(digestOf(aLayer))}, {LayerAvailability: "UNAVAILABLE", LayerDigest: aws.String(digestOf(aConfig))}})
	same(t, before.Failures, []types.LayerFailure{
		{FailureCode: "InvalidLayerDigest", FailureReason: aws.String("Requested layer has no SHA-256 digest"), LayerDigest: aws.String("sha256:x")},
		{FailureCode: "MissingLayerDigest", FailureReason: aws.String("Requested layer has no digest"), LayerDigest: aws.String("")},
	})
	s.upload(aLayer)
	s.upload(aConfig)
	s.push("x", "v1")
	same(t, ok(s, s.BatchCheckLayerAvailability, check).Layers, []types.Layer{
		{LayerAvailability: "AVAILABLE", LayerDigest: aws.String(digestOf(aLayer)), LayerSize: aws.Int64(int64(len(aLayer))), MediaType: aws.String(layerType)},
		{LayerAvailability: "AVAILABLE", LayerDigest: aws.String(digestOf(aConfig)), LayerSize: aws.Int64(int64(len(aConfig))), MediaType: aws.String(configType)},
	})
	url := *ok(s, s.GetDownloadUrlForLayer, &sdk.GetDownloadUrlForLayerInput{RepositoryName: app, LayerDigest: aws.String(digestOf(aLayer))}).DownloadUrl
	_, id, found := strings.Cut(url, "/_emulator/layers/")
	if !found || !strings.HasPrefix(url, "http://127.0.0.1:") || s.downloads.Digest(id, s.Now.Add(time.Hour-1)) != digestOf(aLayer) || s.downloads.Digest(id, s.Now.Add(time.Hour)) != "" {
		t.Error(url)
	}
	file, _, err := s.files.Open(s.downloads.Digest(id, s.Now))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if content, err := io.ReadAll(file); err != nil || string(content) != aLayer {
		t.Errorf("%s, %v", content, err)
	}
	zero := "sha256:" + strings.Repeat("0", 64)
	refused(s, s.GetDownloadUrlForLayer, &sdk.GetDownloadUrlForLayerInput{RepositoryName: app, LayerDigest: &zero}, "LayersNotFoundException",
		"The layer with digest '"+zero+"' does not exist in the repository with name 'app' in the registry with id '123456789012'")
}

func TestRefusedUploads(t *testing.T) {
	s := newScene(t).withRepository()
	begun := func() *string {
		begun := ok(s, s.InitiateLayerUpload, &sdk.InitiateLayerUploadInput{RepositoryName: app})
		if *begun.PartSize != 10485760 {
			t.Errorf("%+v", begun)
		}
		return begun.UploadId
	}
	part := func(id *string, first, last int64, blob []byte) *sdk.UploadLayerPartInput {
		return &sdk.UploadLayerPartInput{RepositoryName: app, UploadId: id, PartFirstByte: &first, PartLastByte: &last, LayerPartBlob: blob}
	}
	complete := func(id *string, digest string) *sdk.CompleteLayerUploadInput {
		return &sdk.CompleteLayerUploadInput{RepositoryName: app, UploadId: id, LayerDigests: []string{digest}}
	}
	id := begun()
	refused(s, s.CompleteLayerUpload, complete(id, digestOf("")), "EmptyUploadException", "The upload with id '"+*id+"' has no parts")
	got := ok(s, s.UploadLayerPart, part(id, 0, 2, []byte("abc")))
	if *got.LastByteReceived != 2 || *got.UploadId != *id || *got.RepositoryName != "app" || *got.RegistryId != home.Account {
		t.Errorf("%+v", got)
	}
	for name, bad := range map[string]*sdk.UploadLayerPartInput{
		"a gap": part(id, 4, 6, []byte("efg")), "once more": part(id, 0, 2, []byte("abc")), "too short": part(id, 3, 9, []byte("def")), "a wrong end": part(id, 3, 2, []byte("def")),
	} {
		_, err := s.UploadLayerPart(t.Context(), bad)
		var refusal *types.InvalidLayerPartException
		if !errors.As(err, &refusal) || *refusal.LastValidByteReceived != 2 || *refusal.UploadId != *id {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused(s, s.CompleteLayerUpload, complete(id, digestOf("abd")), "InvalidLayerException", "The layer has the digest '"+digestOf("abc")+"', not '"+digestOf("abd")+"'")
	gone := "The upload with id '" + *id + "' does not exist in the repository with name 'app' in the registry with id '123456789012'"
	refused(s, s.CompleteLayerUpload, complete(id, digestOf("abc")), "UploadNotFoundException", gone)
	refused(s, s.UploadLayerPart, part(id, 3, 3, []byte("d")), "UploadNotFoundException", gone)

	id = begun()
	large := bytes.Repeat([]byte("x"), 5<<20)
	ok(s, s.UploadLayerPart, part(id, 0, 5<<20-1, large))
	ok(s, s.UploadLayerPart, part(id, 5<<20, 5<<20, []byte("y")))
	ok(s, s.CompleteLayerUpload, complete(id, digestOf(string(large)+"y")))
	id = begun()
	ok(s, s.UploadLayerPart, part(id, 0, 5<<20-1, large))
	ok(s, s.UploadLayerPart, part(id, 5<<20, 5<<20, []byte("y")))
	refused(s, s.CompleteLayerUpload, complete(id, digestOf(string(large)+"y")), "LayerAlreadyExistsException",
		"The layer with digest '"+digestOf(string(large)+"y")+"' already exists in the repository with name 'app' in the registry with id '123456789012'")
	id = begun()
	ok(s, s.UploadLayerPart, part(id, 0, 0, []byte("y")))
	ok(s, s.UploadLayerPart, part(id, 1, 5<<20, large))
	refused(s, s.CompleteLayerUpload, complete(id, digestOf("y"+string(large))), "LayerPartTooSmallException", "A part of the upload with id '"+*id+"' that is not the last one has less than 5 MiB")
	if want := int64(5<<20 + 1); s.files.Size() != want {
		t.Errorf("the files have %d bytes, want %d", s.files.Size(), want)
	}
}
