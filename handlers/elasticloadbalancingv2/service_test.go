package elasticloadbalancingv2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// What is not built is refused by name, before anything else about it.
func TestOperationsThatAreNotBuilt(t *testing.T) {
	s := newScene(t)
	text := func(name string) string {
		return "ecs-emulator does not implement " + name + " yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/elasticloadbalancing.md."
	}
	const code, store, bucket = "NotImplementedException", "arn:aws:elasticloadbalancing:us-east-1:000000000000:truststore/a/1", "bucket"
	arn := aws.String(store)
	refused(s, s.CreateTrustStore, &sdk.CreateTrustStoreInput{Name: aws.String("a"), CaCertificatesBundleS3Bucket: aws.String(bucket), CaCertificatesBundleS3Key: aws.String("k")},
		code, text("CreateTrustStore"))
	refused(s, s.ModifyTrustStore, &sdk.ModifyTrustStoreInput{TrustStoreArn: arn, CaCertificatesBundleS3Bucket: aws.String(bucket), CaCertificatesBundleS3Key: aws.String("k")},
		code, text("ModifyTrustStore"))
	refused(s, s.DescribeTrustStores, &sdk.DescribeTrustStoresInput{}, code, text("DescribeTrustStores"))
	refused(s, s.DeleteTrustStore, &sdk.DeleteTrustStoreInput{TrustStoreArn: arn}, code, text("DeleteTrustStore"))
	refused(s, s.GetTrustStoreCaCertificatesBundle, &sdk.GetTrustStoreCaCertificatesBundleInput{TrustStoreArn: arn}, code, text("GetTrustStoreCaCertificatesBundle"))
	refused(s, s.AddTrustStoreRevocations, &sdk.AddTrustStoreRevocationsInput{TrustStoreArn: arn}, code, text("AddTrustStoreRevocations"))
	refused(s, s.DescribeTrustStoreRevocations, &sdk.DescribeTrustStoreRevocationsInput{TrustStoreArn: arn}, code, text("DescribeTrustStoreRevocations"))
	refused(s, s.GetTrustStoreRevocationContent, &sdk.GetTrustStoreRevocationContentInput{TrustStoreArn: arn, RevocationId: aws.Int64(1)}, code, text("GetTrustStoreRevocationContent"))
	refused(s, s.RemoveTrustStoreRevocations, &sdk.RemoveTrustStoreRevocationsInput{TrustStoreArn: arn, RevocationIds: []int64{1}}, code, text("RemoveTrustStoreRevocations"))
	refused(s, s.DescribeTrustStoreAssociations, &sdk.DescribeTrustStoreAssociationsInput{TrustStoreArn: arn}, code, text("DescribeTrustStoreAssociations"))
	refused(s, s.DeleteSharedTrustStoreAssociation, &sdk.DeleteSharedTrustStoreAssociationInput{TrustStoreArn: arn, ResourceArn: arn}, code, text("DeleteSharedTrustStoreAssociation"))
	refused(s, s.GetResourcePolicy, &sdk.GetResourcePolicyInput{ResourceArn: arn}, code, text("GetResourcePolicy"))
	web := s.alb("web")
	refused(s, s.ModifyCapacityReservation, &sdk.ModifyCapacityReservationInput{LoadBalancerArn: &web, MinimumLoadBalancerCapacity: &types.MinimumLoadBalancerCapacity{CapacityUnits: aws.Int32(1)}},
		code, text("ModifyCapacityReservation"))
	refused(s, s.ModifyIpPools, &sdk.ModifyIpPoolsInput{LoadBalancerArn: &web}, code, text("ModifyIpPools"))
}
