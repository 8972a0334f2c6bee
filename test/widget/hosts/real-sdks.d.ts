declare module 'zendesk_app_framework_sdk'
