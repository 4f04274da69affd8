package elasticloadbalancingv2

import (
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

func rewritesOf(t types.RuleTransform) []types.RewriteConfig {
	switch {
	case t.HostHeaderRewriteConfig != nil:
		return t.HostHeaderRewriteConfig.Rewrites
	case t.UrlRewriteConfig != nil:
		return t.UrlRewriteConfig.Rewrites
	}
	return nil
}

// transformsOf checks the transforms of a rule: one of each type, with one rewrite. Source: ELBv2 API
// reference, RuleTransform; field reports for the one rewrite. The texts are the emulator's.
func transformsOf(given []types.RuleTransform) ([]types.RuleTransform, error) {
	seen := map[types.TransformTypeEnum]bool{}
	for _, t := range given {
		host, url := t.HostHeaderRewriteConfig != nil, t.UrlRewriteConfig != nil
		own, config := host, "HostHeaderRewriteConfig"
		if t.Type == types.TransformTypeEnumUrlRewrite {
			own, config = url, "UrlRewriteConfig"
		}
		rewrites := rewritesOf(t)
		switch {
		case seen[t.Type]:
			return nil, invalid("A rule can only have one transform of type '%s'", t.Type)
		case !own || host && url:
			return nil, invalid("A transform of type '%s' must have '%s' and nothing else", t.Type, config)
		case len(rewrites) != 1:
			return nil, invalid("A transform of type '%s' must have exactly one rewrite", t.Type)
		case !expression(*rewrites[0].Regex):
			return nil, invalid("The regular expression '%s' is not valid", *rewrites[0].Regex)
		case !elbv2.Shown.MatchString(*rewrites[0].Replace):
			return nil, invalid("The replacement '%s' contains a character that is not valid", *rewrites[0].Replace)
		}
		seen[t.Type] = true
	}
	return given, nil
}
