package lambda

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// functionForm is that of the ARN of a function, perhaps with a version or alias.
// Source: Lambda API reference, FunctionArn.
var functionForm = lazyregexp.New(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9-_]+(:[a-zA-Z0-9$_-]+)?$`)

// Check refuses URLs and an endpoint of Lambda that cannot be.
func Check(urls map[string]string, endpoint string) error {
	for _, function := range slices.Sorted(maps.Keys(urls)) {
		if !functionForm.MatchString(function) {
			return fmt.Errorf("%q is not the ARN of a Lambda function, such as arn:aws:lambda:us-east-1:000000000000:function:check", function)
		}
		if to, err := url.Parse(urls[function]); err != nil || !isHTTP(to) {
			return fmt.Errorf("what answers for %s, %q, is no URL such as http://127.0.0.1:9000/check", function, urls[function])
		}
	}
	if endpoint == "" {
		return nil
	}
	to, err := url.Parse(endpoint)
	switch {
	case err != nil || !isHTTP(to):
		return fmt.Errorf("endpoint of Lambda %q is no URL such as http://127.0.0.1:3001", endpoint)
	case to.User != nil || strings.Trim(to.Path, "/") != "" || to.RawQuery != "" || to.Fragment != "":
		return fmt.Errorf("endpoint of Lambda %q has more than scheme, host and port", to.Redacted())
	case handlers.IsAWS(strings.ToLower(strings.TrimSuffix(to.Hostname(), "."))):
		return fmt.Errorf("endpoint of Lambda %q is AWS, which does not know the keys that the emulator signs with", endpoint)
	}
	return nil
}

func isHTTP(to *url.URL) bool {
	return to.Hostname() != "" && (to.Scheme == "http" || to.Scheme == "https")
}
