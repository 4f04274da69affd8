package acm

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
)

// maxListed is how many certificates a page has. Source: ACM API reference.
const maxListed = 1000

// pageOf is the part of a list that a request asks for, by the time of creation, the oldest
// first where it does not say.
func pageOf(all []types.CertificateSummary, in *sdk.ListCertificatesInput) (part []types.CertificateSummary, next *string, err error) {
	return page.Cut(all, func(s types.CertificateSummary) string {
		return fmt.Sprintf("%019d %s", s.CreatedAt.UnixMilli(), *s.CertificateArn)
	}, page.Request{
		Descending: in.SortOrder == types.SortOrderDescending, Token: in.NextToken, Size: in.MaxItems, Most: maxListed,
		Refusal: &types.InvalidArgsException{Message: aws.String("Invalid pagination token.")}, // the text is the emulator's
	})
}
