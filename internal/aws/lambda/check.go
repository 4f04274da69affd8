package lambda

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// functionForm matches the ARN of a function, perhaps with a version or alias.
// Source: Lambda API reference, FunctionArn.
var functionForm = lazyregexp.New(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9-_]+(:[a-zA-Z0-9$_-]+)?$`)

var arnForm = lazyregexp.New(`^arn:aws[a-zA-Z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:.+$`)

// CheckFunctions refuses URLs that are for something else than Lambda functions.
func CheckFunctions(urls map[string]string) error {
	for _, function := range slices.Sorted(maps.Keys(urls)) {
		if !functionForm.MatchString(function) {
			return fmt.Errorf("%q is not the ARN of a Lambda function, such as arn:aws:lambda:us-east-1:000000000000:function:check", function)
		}
	}
	return CheckURLs(urls)
}

// CheckURLs refuses URLs that cannot be, and those for what is no ARN.
func CheckURLs(urls map[string]string) error {
	for _, of := range slices.Sorted(maps.Keys(urls)) {
		if !arnForm.MatchString(of) {
			return fmt.Errorf("%q is no ARN, such as arn:aws:sqs:us-east-1:000000000000:jobs", of)
		}
		if to, err := url.Parse(urls[of]); err != nil || !isHTTP(to) {
			return fmt.Errorf("what answers for %s, %q, is no URL such as http://127.0.0.1:9000/check", of, urls[of])
		}
	}
	return nil
}

// CheckEndpoint refuses an endpoint of Lambda that cannot be. Empty is none.
func CheckEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	to, err := url.Parse(endpoint)
	switch {
	case err != nil || !isHTTP(to):
		return fmt.Errorf("endpoint of Lambda %q is no URL such as http://127.0.0.1:3001", endpoint)
	case to.User != nil || strings.Trim(to.Path, "/") != "" || to.RawQuery != "" || to.Fragment != "":
		return fmt.Errorf("endpoint of Lambda %q has more than scheme, host and port", to.Redacted())
	case arn.IsAWSHost(strings.ToLower(strings.TrimSuffix(to.Hostname(), "."))):
		return fmt.Errorf("endpoint of Lambda %q is AWS, which does not know the keys that the emulator signs with", endpoint)
	}
	return nil
}

func isHTTP(to *url.URL) bool {
	return to.Hostname() != "" && (to.Scheme == "http" || to.Scheme == "https")
}
