package cloudformation

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Objects are the objects of S3 that URLs in requests name.
type Objects struct {
	// Read reads one for the caller of the request in ctx. A refusal has S3's code and text; one of a great length may be
	// ErrTooLong. Nil: there is no S3.
	Read func(ctx context.Context, bucket, key string) ([]byte, error)
	// Host is where clients reach that S3 by themselves, beside the emulator's own address; empty if they cannot.
	Host string
}

// ErrTooLong is an object that is longer than all that requests name.
var ErrTooLong = errors.New("the object is too long")

// maxPolicy is how long a stack policy may be, in bytes. Source: CloudFormation API reference, StackPolicyURL.
const maxPolicy = 16_384

// templateAt reads a TemplateURL.
func (a *API) templateAt(ctx context.Context, from string) (string, error) {
	return a.textAt(ctx, "TemplateURL", from, "Template", template.MaxObject)
}

// textAt reads what a URL in a request names (CFN0050; CFN-89): what is not longer than most bytes. member is the name of the
// URL in the request, and what is what it names.
func (a *API) textAt(ctx context.Context, member, from, what string, most int) (string, error) {
	bucket, key, err := a.objectOf(ctx, member, from)
	if err != nil {
		return "", err
	}
	if a.Objects.Read == nil {
		return "", notBuilt("a " + member + " here, as there is no S3: start it with --s3-dir and a folder of buckets, or with --upstream")
	}
	if !mayRead(ctx, "s3:GetObject", bucket+"/"+key) {
		return "", ofS3("Access Denied")
	}
	content, err := a.Objects.Read(ctx, bucket, key)
	switch {
	case errors.Is(err, ErrTooLong) || len(content) > most:
		return "", invalid("%s may not exceed %d bytes in size.", what, most)
	case err != nil:
		return "", refusalOfObject(ctx, bucket, err)
	default:
		return string(content), nil
	}
}

// objectOf is the object that a URL names. The text about a URL with another scheme is one of AWS's for TemplateURL; of the others it
// is a guess by its form.
func (a *API) objectOf(ctx context.Context, member, from string) (bucket, key string, err error) {
	at, err := url.Parse(from)
	switch {
	case err == nil && at.Scheme == "s3":
		return "", "", invalid("S3 error: Domain name specified in %s is not a valid S3 domain", at.Host)
	case strings.HasPrefix(from, "ssm-doc:"):
		return "", "", notBuilt("a " + member + " of a document of Systems Manager")
	case err != nil || at.Scheme != "https" && at.Scheme != "http":
		return "", "", invalid("%s must be a supported URL.", member)
	}
	path := strings.TrimPrefix(at.Path, "/")
	bucket, found := a.bucketIn(ctx, strings.ToLower(at.Host))
	if key = path; bucket == "" {
		bucket, key, _ = strings.Cut(path, "/")
	}
	switch {
	case !found || bucket == "" || key == "":
		return "", "", invalid("%s must be a supported URL.", member)
	case at.RawQuery != "":
		return "", "", notBuilt("a " + member + " with a query, such as a versionId")
	}
	return bucket, key, nil
}

// bucketIn is the bucket in the host of a URL, empty if its path has it. It is not found in the host of something else than S3.
func (a *API) bucketIn(ctx context.Context, host string) (bucket string, found bool) {
	if m := awsHost.FindStringSubmatch(host); m != nil {
		return m[1], true
	}
	for _, own := range []string{awsapi.FromContext(ctx).Host, a.Objects.Host} {
		before, found := strings.CutSuffix("."+host, "."+strings.ToLower(own))
		if own != "" && found {
			return strings.TrimPrefix(strings.TrimSuffix(before, ".s3"), "."), true
		}
	}
	return "", false
}

// awsHost is a host of S3, with a bucket before it or not. Websites of buckets are none.
// Source: S3 user guide, virtual hosting; AWS General Reference, S3 endpoints.
var awsHost = regexp.MustCompile(`^(?:(.+)\.)?s3(?:-fips|-accelerate|-external-1)?(?:\.dualstack)?(?:[.-][a-z]{2,4}(?:-[a-z]+)+-[0-9])?\.amazonaws\.com(?:\.cn)?(?::443|:80)?$`)

// mayRead is whether the caller may do something to an object or a bucket. CloudFormation reads with the permissions of its caller, not
// as the stack's role. Source: CloudFormation user guide, which has templates in buckets that the user may read.
func mayRead(ctx context.Context, action, name string) bool {
	const cloudFormation = principal
	return awsapi.AllowAll(ctx, []awsapi.Access{{
		Action: action, Resource: "arn:" + awsapi.CallScope(ctx).Partition() + ":s3:::" + name, Keys: awsapi.Keys{
			"aws:viaawsservice": policy.Is("true"), "aws:calledvia": policy.Many([]string{cloudFormation}),
			"aws:calledviafirst": policy.Is(cloudFormation), "aws:calledvialast": policy.Is(cloudFormation),
		},
	}}) == nil
}

// refusalOfObject puts what S3 refuses in the words of CloudFormation. Who may not list a bucket is not told what it lacks.
// Source: S3 API reference, GetObject.
func refusalOfObject(ctx context.Context, bucket string, err error) error {
	var refused refusal
	if !errors.As(err, &refused) {
		return err
	}
	switch _, code, message := refused.Refusal(); {
	case code == "":
		return err
	case code == "NoSuchKey" && !mayRead(ctx, "s3:ListBucket", bucket):
		return ofS3("Access Denied")
	default:
		return ofS3(message)
	}
}

// ofS3 is what S3 refuses. Public reports have the form, for objects that are not there and for those that the caller may not read.
func ofS3(message string) error {
	return invalid("S3 error: %s\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html", message)
}
