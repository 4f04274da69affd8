# Certificates: one that is requested and validated by DNS, and one that is imported.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "release" {
  type    = number
  default = 1
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_acm_certificate" "web" {
  domain_name               = "example.com"
  subject_alternative_names = ["*.example.com", "example.org"]
  validation_method         = "DNS"
  tags                      = { Release = var.release }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "curve" {
  domain_name       = "curve.example.com"
  validation_method = "EMAIL"
  key_algorithm     = "EC_secp384r1"

  validation_option {
    domain_name       = "curve.example.com"
    validation_domain = "example.com"
  }

  options {
    certificate_transparency_logging_preference = var.release == 1 ? "ENABLED" : "DISABLED"
  }
}

resource "aws_acm_certificate" "imported" {
  certificate_body  = file("${path.module}/${var.release == 1 ? "first" : "second"}.pem")
  private_key       = file("${path.module}/${var.release == 1 ? "first" : "second"}.key")
  certificate_chain = file("${path.module}/root.pem")
  tags              = { Name = "shop" }
}

# The records would be put into Route 53, which is not there.
resource "aws_acm_certificate_validation" "web" {
  certificate_arn         = aws_acm_certificate.web.arn
  validation_record_fqdns = distinct([for o in aws_acm_certificate.web.domain_validation_options : o.resource_record_name])
}

data "aws_acm_certificate" "web" {
  domain      = "example.com"
  types       = ["AMAZON_ISSUED"]
  most_recent = true
  depends_on  = [aws_acm_certificate_validation.web]
}

data "aws_acm_certificate" "imported" {
  domain     = aws_acm_certificate.imported.domain_name
  key_types  = ["EC_prime256v1"]
  statuses   = ["ISSUED"]
  depends_on = [aws_acm_certificate.imported]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_acm_certificate.imported.arn && strcontains(self.certificate_chain, "BEGIN CERTIFICATE")
      error_message = "The certificate that was imported is not found."
    }
  }
}

output "web" {
  value = data.aws_acm_certificate.web.arn

  precondition {
    condition     = data.aws_acm_certificate.web.arn == aws_acm_certificate.web.arn && data.aws_acm_certificate.web.status == "ISSUED"
    error_message = "The certificate that was requested is not found."
  }
}

output "emails" {
  value = aws_acm_certificate.curve.validation_emails

  precondition {
    condition     = length(aws_acm_certificate.curve.validation_emails) == 5
    error_message = "There are no addresses for validation."
  }
}
