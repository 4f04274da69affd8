package acm

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
)

// maxListed is how many certificates a page has. Source: ACM API reference.
const maxListed = 1000

// tokenHead tells tokens from other text.
const tokenHead = "after "

// page sorts a list by the time of creation, the oldest first where the request does not say,
// and returns the part that is asked for and the token of the next part: the key
// of the last item, so that nothing is left out or comes twice where others come and go
// between the requests.
func page(all []types.CertificateSummary, descending bool, token *string, asked *int32) (part []types.CertificateSummary, next *string, err error) {
	key := func(s types.CertificateSummary) string {
		return fmt.Sprintf("%019d %s", s.CreatedAt.UnixMilli(), *s.CertificateArn)
	}
	slices.SortFunc(all, func(a, b types.CertificateSummary) int { return strings.Compare(key(a), key(b)) })
	if descending {
		slices.Reverse(all)
	}
	if token != nil {
		text, err := base64.URLEncoding.DecodeString(*token)
		last, ours := strings.CutPrefix(string(text), tokenHead)
		if err != nil || !ours { // the text is the emulator's
			return nil, nil, &types.InvalidArgsException{Message: aws.String("Invalid pagination token.")}
		}
		all = slices.DeleteFunc(all, func(s types.CertificateSummary) bool {
			order := strings.Compare(key(s), last)
			return order == 0 || (order < 0) != descending
		})
	}
	most := maxListed
	if asked != nil {
		most = int(*asked)
	}
	if len(all) > most {
		all = all[:most]
		next = aws.String(base64.URLEncoding.EncodeToString([]byte(tokenHead + key(all[most-1]))))
	}
	return all, next, nil
}
