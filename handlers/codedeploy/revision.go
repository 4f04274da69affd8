package codedeploy

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

//lint:file-ignore SA1019 AWS still answers the deprecated operations and revisions of type String.

// mostRevisions and mostDeployments are how many a request may name. Source: CodeDeploy API reference, BatchGetApplicationRevisions,
// BatchGetDeployments and BatchGetDeploymentTargets.
const (
	mostRevisions   = 25
	mostDeployments = 25
)

// revisionOf is the location of a request as it is kept: with its type, and the SHA-256 of a content. The texts are the emulator's.
func revisionOf(given *types.RevisionLocation) (*types.RevisionLocation, error) {
	invalid := func(format string, args ...any) (*types.RevisionLocation, error) {
		return nil, refuse("InvalidRevisionException", format, args...)
	}
	if given == nil {
		return nil, refuseMember("revision", "Member must not be null")
	}
	r := *given
	switch kind := cmp.Or(r.RevisionType, typeOf(&r)); {
	case kind == types.RevisionLocationTypeGitHub:
		return nil, missing("InvalidRevisionException", "revisions on GitHub")
	case kind == types.RevisionLocationTypeS3 && r.S3Location != nil:
		return inS3(&r)
	case kind == types.RevisionLocationTypeAppSpecContent && r.AppSpecContent != nil:
		c, err := contentOf(r.AppSpecContent.Content, r.AppSpecContent.Sha256)
		r.RevisionType, r.AppSpecContent = kind, &types.AppSpecContent{Content: c.Content, Sha256: c.Sha256}
		return &r, err
	case kind == types.RevisionLocationTypeString && r.String_ != nil:
		c, err := contentOf(r.String_.Content, r.String_.Sha256)
		r.RevisionType, r.String_ = kind, &c
		return &r, err
	case kind == "":
		return invalid("The revision needs a revisionType, and the location of that type.")
	default:
		return invalid("The revision of the type %s needs the location of that type.", kind)
	}
}

// typeOf is the type of a location that does not tell it.
func typeOf(r *types.RevisionLocation) types.RevisionLocationType {
	switch {
	case r.S3Location != nil:
		return types.RevisionLocationTypeS3
	case r.AppSpecContent != nil:
		return types.RevisionLocationTypeAppSpecContent
	case r.String_ != nil:
		return types.RevisionLocationTypeString
	}
	return ""
}

// contentOf checks the SHA-256 of a content, if the request has it, and fills it in.
func contentOf(content, sum *string) (types.RawString, error) {
	is := appspec.Sum(aws.ToString(content))
	switch {
	case aws.ToString(content) == "":
		return types.RawString{}, refuse("InvalidRevisionException", "The content of the revision is missing.")
	case aws.ToString(sum) != "" && !strings.EqualFold(*sum, is):
		return types.RawString{}, refuse("InvalidRevisionException", "The SHA-256 of the content is %s, and not %s.", is, *sum)
	}
	return types.RawString{Content: content, Sha256: &is}, nil
}

// inS3 checks a location in S3: deployments to Amazon ECS have the AppSpec file itself there, and no bundle.
func inS3(r *types.RevisionLocation) (*types.RevisionLocation, error) {
	l := *r.S3Location
	if aws.ToString(l.Bucket) == "" || aws.ToString(l.Key) == "" {
		return nil, refuse("InvalidRevisionException", "The S3 location of the revision needs a bucket and a key.")
	}
	all := types.BundleType("").Values()
	i := slices.IndexFunc(all, func(b types.BundleType) bool { return strings.EqualFold(string(b), string(l.BundleType)) })
	if i < 0 {
		return nil, refuse("InvalidRevisionException", "The bundleType of the S3 location must be one of %s.", wire.Marshal(all))
	}
	l.BundleType = all[i]
	r.RevisionType, r.S3Location = types.RevisionLocationTypeS3, &l
	return r, nil
}

// digestOf tells one location from another.
func digestOf(r *types.RevisionLocation) string {
	sum := sha256.Sum256(wire.Marshal(r))
	return hex.EncodeToString(sum[:])
}

// spec reads the AppSpec file of a revision, or says why there is none: the message with which the deployment fails.
func (a *API) spec(ctx context.Context, r *types.RevisionLocation) (*appspec.Spec, string) {
	var content string
	switch r.RevisionType {
	case types.RevisionLocationTypeAppSpecContent:
		content = *r.AppSpecContent.Content
	case types.RevisionLocationTypeString:
		content = *r.String_.Content
	default:
		l := r.S3Location
		if l.BundleType != types.BundleTypeYaml && l.BundleType != types.BundleTypeJson {
			return nil, (&appspec.Error{Reason: "A deployment to Amazon ECS has an AppSpec file of the bundleType YAML or JSON, and no archive."}).Error()
		}
		if a.Object == nil {
			return nil, (&appspec.Error{Reason: "The emulator has no buckets of S3: see --s3-dir and --upstream."}).Error()
		}
		object, err := a.Object(ctx, *l.Bucket, *l.Key, aws.ToString(l.Version))
		if err != nil {
			return nil, (&appspec.Error{Reason: err.Error()}).Error()
		}
		content = string(object)
	}
	spec, err := appspec.Read(content)
	if err != nil {
		return nil, err.Error()
	}
	return spec, ""
}

// RegisterApplicationRevision keeps a revision. One that is there keeps when it was registered.
func (a *API) RegisterApplicationRevision(ctx context.Context, in *sdk.RegisterApplicationRevisionInput) (*sdk.RegisterApplicationRevisionOutput, error) {
	if err := checkDescription(in.Description); err != nil {
		return nil, err
	}
	location, err := revisionOf(in.Revision)
	if err != nil {
		return nil, err
	}
	return &sdk.RegisterApplicationRevisionOutput{}, a.Store.Update(func(tx *store.Tx) error {
		app, err := application(ctx, tx, in.ApplicationName)
		if err != nil {
			return err
		}
		r := *a.revision(tx, app, location)
		if in.Description != nil {
			r.Description = *in.Description
		}
		codedeploy.Revisions.Put(tx, &r)
		return nil
	})
}

// mostDescription is how many bytes a description has. Source: CodeDeploy user guide, quotas.
const mostDescription = 256

func checkDescription(given *string) error {
	if len(aws.ToString(given)) > mostDescription {
		return refuse("DescriptionTooLongException", "A description has at most %d characters.", mostDescription)
	}
	return nil
}

// revision is the one of an application at a location, a new one if there is none.
func (a *API) revision(tx *store.Tx, app *codedeploy.Application, location *types.RevisionLocation) *codedeploy.Revision {
	digest := digestOf(location)
	if r := codedeploy.Revisions.Find(tx, app.Contents(), digest); r != nil {
		return r
	}
	return &codedeploy.Revision{Scope: app.Scope, Application: app.Name, Digest: digest, Location: *location, RegisteredAt: a.time()}
}

// found is a revision of an application at the location of a request, nil if there is none.
func found(tx *store.Tx, app *codedeploy.Application, given *types.RevisionLocation) (*codedeploy.Revision, error) {
	location, err := revisionOf(given)
	if err != nil {
		return nil, err
	}
	return codedeploy.Revisions.Find(tx, app.Contents(), digestOf(location)), nil
}

func (a *API) GetApplicationRevision(ctx context.Context, in *sdk.GetApplicationRevisionInput) (*sdk.GetApplicationRevisionOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	r, err := found(tx, app, in.Revision)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, refuse("RevisionDoesNotExistException", "The application '%s' has no such revision.", app.Name)
	}
	return &sdk.GetApplicationRevisionOutput{ApplicationName: &app.Name, Revision: &r.Location, RevisionInfo: describeRevision(tx, r)}, nil
}

// describeRevision tells of a revision with the groups to which it was deployed last.
func describeRevision(tx *store.Tx, r *codedeploy.Revision) *types.GenericRevisionInfo {
	info := &types.GenericRevisionInfo{
		Description: awsapi.Optional(r.Description), RegisterTime: &r.RegisteredAt, FirstUsedTime: awsapi.OptionalTime(r.FirstUsedAt), LastUsedTime: awsapi.OptionalTime(r.LastUsedAt),
		DeploymentGroups: []string{},
	}
	for _, g := range codedeploy.Groups.List(tx, codedeploy.In{Scope: r.Scope, Application: r.Application}) {
		if last := lastDeployment(tx, g.ID, false); last != nil && digestOf(&last.Location) == r.Digest {
			info.DeploymentGroups = append(info.DeploymentGroups, g.Name)
		}
	}
	return info
}

// BatchGetApplicationRevisions leaves out revisions that are not there, and says so in its errorMessage.
func (a *API) BatchGetApplicationRevisions(ctx context.Context, in *sdk.BatchGetApplicationRevisionsInput) (*sdk.BatchGetApplicationRevisionsOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	if err := checkCount(len(in.Revisions), mostRevisions); err != nil {
		return nil, err
	}
	out := &sdk.BatchGetApplicationRevisionsOutput{ApplicationName: &app.Name, Revisions: []types.RevisionInfo{}}
	for i := range in.Revisions {
		switch r, err := found(tx, app, &in.Revisions[i]); {
		case err != nil:
			return nil, err
		case r == nil:
			out.ErrorMessage = awsapi.Textf("The application '%s' does not have revision %d of the request.", app.Name, i+1)
		default:
			out.Revisions = append(out.Revisions, types.RevisionInfo{RevisionLocation: &r.Location, GenericRevisionInfo: describeRevision(tx, r)})
		}
	}
	return out, nil
}

// ListApplicationRevisions answers revisions in the order that a request asks for, and else in one that stays.
func (a *API) ListApplicationRevisions(ctx context.Context, in *sdk.ListApplicationRevisionsInput) (*sdk.ListApplicationRevisionsOutput, error) {
	tx := a.Store.Read()
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, err
	}
	if in.S3KeyPrefix != nil && in.S3Bucket == nil {
		return nil, refuse("BucketNameFilterRequiredException", "A key prefix needs the name of a bucket.")
	}
	all := slices.DeleteFunc(codedeploy.Revisions.List(tx, app.Contents()), func(r *codedeploy.Revision) bool { return !lists(tx, in, r) })
	part, next, err := page.Cut(all, sortedBy(in.SortBy), page.Request{
		Token: in.NextToken, Most: mostListed, Descending: in.SortOrder == types.SortOrderDescending, Refusal: errToken,
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListApplicationRevisionsOutput{Revisions: []types.RevisionLocation{}, NextToken: next}
	for _, r := range part {
		out.Revisions = append(out.Revisions, r.Location)
	}
	return out, nil
}

// lists reports whether a revision is one that a request asks for. A revision is deployed if it is the last one of a group.
func lists(tx *store.Tx, in *sdk.ListApplicationRevisionsInput, r *codedeploy.Revision) bool {
	if l := r.Location.S3Location; in.S3Bucket != nil && (l == nil || *l.Bucket != *in.S3Bucket || !strings.HasPrefix(*l.Key, aws.ToString(in.S3KeyPrefix))) {
		return false
	}
	if in.Deployed == "" || in.Deployed == types.ListStateFilterActionIgnore {
		return true
	}
	return (len(describeRevision(tx, r).DeploymentGroups) > 0) == (in.Deployed == types.ListStateFilterActionInclude)
}

// sortedBy is where a revision stands in the order of a time.
func sortedBy(by types.ApplicationRevisionSortBy) func(*codedeploy.Revision) string {
	return func(r *codedeploy.Revision) string {
		at := time.Time{}
		switch by {
		case types.ApplicationRevisionSortByRegisterTime:
			at = r.RegisteredAt
		case types.ApplicationRevisionSortByFirstUsedTime:
			at = r.FirstUsedAt
		case types.ApplicationRevisionSortByLastUsedTime:
			at = r.LastUsedAt
		}
		return at.UTC().Format("2006-01-02T15:04:05.000") + r.Digest
	}
}
